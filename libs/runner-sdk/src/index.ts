export { Runner } from './runner.js';
export { LeadershipOver, Superseded, type StopCause } from './tenure.js';
export type { LeadContext, RunnerOptions, Work } from './options.js';
export type { RunnerEvents, RunnerStatus } from './events/telling.js';
export {
  NotAdmitted,
  TermGate,
  type GateRefusal,
  type LeadershipClaims,
  type TermGateOptions,
} from './term-gate.js';
export { ask, Connections, Redirected, type Answer, type Asked } from './http/asking.js';
export { askerFor, textOf, WANTS_CERTIFICATE, type Ask } from './http/dialing.js';
export { checkToken, credentialsIn, UnusableFile, type Trust } from './http/trust.js';
export { ApiError, NotConclave } from './http/answers.js';
