export { Runner } from './runner.js';
export { LeadershipOver, Superseded, type StopCause } from './tenure.js';
export type { LeadContext, RunnerOptions, RunnerStatus, Work } from './options.js';
