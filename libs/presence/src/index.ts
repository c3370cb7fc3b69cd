export { Presence } from './presence.js';
export type { PresenceOptions } from './presence-options.js';
export { BeatRefused, type Beat, type BeatProblem, type HeartbeatReply } from './replies.js';
export { LeaseTable, type TermLease } from './leases/lease-table.js';
export { LeaseClock } from './leases/lease-clock.js';
export { SilenceDetector } from './hearing/silence-detector.js';
export { Hearing } from './hearing/hearing.js';
export { listeningRecord, NOBODY, readRecord, type PresenceRecord } from './records/records.js';
export type { Session, SessionSink } from './sessions.js';
