export { Presence } from './presence.js';
export { BeatRefused, type Beat } from './answers/replies.js';
export { LeaseTable, type TermLease } from './leases/lease-table.js';
export { LeaseClock } from './leases/lease-clock.js';
export { SilenceDetector } from './hearing/silence-detector.js';
export { Hearing } from './hearing/hearing.js';
export { listeningRecord, NOBODY } from './records/records.js';
export type { Arrival } from './reception.js';
export type { Session, SessionSink } from './sessions.js';
