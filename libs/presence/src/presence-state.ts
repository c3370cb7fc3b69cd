import type { Send } from '@conclave/coordination';
import type { Groups, Id } from '@conclave/election';
import type { EventStore } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { BeatBatcher } from './beat-batcher.js';
import type { Hearing } from './hearing/hearing.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { Names } from './records/names.js';
import type { PresenceLog } from './records/presence-log.js';
import type { HeartbeatReply } from './replies.js';
import type { Sessions } from './sessions.js';
import type { SilenceDetector } from './hearing/silence-detector.js';

export interface PresenceOptions {
  store: EventStore;
  groups: Groups;
  send: Send;
  clock: Clock;
  instance: string;
  /** How far clock rates may differ between machines, 0.01 = 1 %. */
  maxDrift: number;
  /** Waits until this server's own tail has read a position. */
  reached: (position: string, timeoutMs: number) => Promise<boolean>;
  /** The group at the store's head. */
  headOf: (group: Id) => Promise<{ version: number; position: string }>;
  problem: (message: string) => void;
  /** Told what must not happen: what a timer or a client's stream threw. */
  defect: (error: unknown) => void;
}

/** What all parts of presence look at; only folds of the log and the clock change it. */
export interface PresenceState extends PresenceOptions {
  hearing: Hearing;
  log: PresenceLog;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  silence: SilenceDetector;
  sessions: Sessions;
  batcher: BeatBatcher<HeartbeatReply>;
  names: Names;
  /** When each runner was last heard, on any server, wall clock. For the record and for people. */
  seenAt: Map<string, string>;
  /** When this server read the revocation of a group's term, monotonic ms. */
  revokedMs: Map<Id, number>;
}
