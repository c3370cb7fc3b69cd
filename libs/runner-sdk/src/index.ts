export { Runner } from './runner.js';
export { LeadershipOver, Superseded, type StopCause } from './tenure.js';
export type { LeadContext, RunnerOptions, Work } from './options.js';
export type { RunnerStatus } from './events/telling.js';
export {
  NotAdmitted,
  TermGate,
  type GateRefusal,
  type LeadershipClaims,
  type TermGateOptions,
} from './term-gate.js';
export {
  checkToken,
  credentialsIn,
  fetchFor,
  hintAt,
  Redirected,
  UnusableFile,
  type Trust,
} from './http/dialing.js';
export { ApiError } from './http/http-client.js';
