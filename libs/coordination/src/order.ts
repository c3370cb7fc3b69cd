import type { Auth } from '@conclave/election';
import type { GroupState, RecordedEvent, SealedPast } from '@conclave/election';

/** Everything about a command that is not its content: who, why, under which conditions, repeat of what. */
export interface Order {
  actor: string;
  /** How it was proved who asks; absent: the system itself does. */
  auth?: Auth | undefined;
  reason: string | null;
  correlationId: string;
  /** Derived from group, actor and Idempotency-Key, so that a repeat has the same; random without a key. */
  commandId: string;
  /** Digest of the validated request: the same key with another request is refused. */
  requestHash: string;
  ifTerm?: number | undefined;
  /** From If-Match: the version that the group must have; `*`: any, but it must be there. */
  ifVersion?: number | '*' | undefined;
  /** Of `SealHistory` and `DeleteGroup`: what the history comes to that it seals. */
  past?: SealedPast | undefined;
}

/**
 * `changed: false`: the wish was fulfilled already, or the command is a repeat (then the first run's events
 * are named).
 */
export interface Receipt {
  changed: boolean;
  /** What it was decided on. */
  before: GroupState;
  state: GroupState;
  position: string;
  /** The events written: `count` of them from `firstVersion`. */
  firstVersion: number;
  count: number;
  /** They themselves, where this server has read them back already. */
  events?: readonly RecordedEvent[];
}

/**
 * What a dry run answers: the group as it would be, and the events that would be written (without id, hash,
 * position).
 */
export interface Preview {
  /** What it was decided on. */
  before: GroupState;
  state: GroupState;
  position: string;
  events: RecordedEvent[];
}
