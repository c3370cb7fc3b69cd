export { commandOf } from './recovered-command.js';
export { GroupVerifier, type Verification } from './verify.js';
export type { Rule, Violation } from './invariants.js';
