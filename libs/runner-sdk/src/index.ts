export { Runner, Superseded } from './runner.js';
export { LeadershipOver, type StopCause } from './tenure.js';
export type { LeadContext, RunnerOptions, RunnerStatus, Work } from './options.js';
