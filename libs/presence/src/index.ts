export { Presence } from './presence.js';
export type { PresenceOptions } from './presence-state.js';
export { BeatRefused, type Beat, type BeatProblem, type HeartbeatReply } from './replies.js';
export { LeaseTable, type TermLease } from './lease-table.js';
export { LeaseClock } from './lease-clock.js';
export { SilenceDetector } from './silence-detector.js';
export { Hearing } from './hearing.js';
export { readRecord, type PresenceRecord } from './records.js';
export type { Session, SessionSink } from './sessions.js';
