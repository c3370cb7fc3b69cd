import type { StoredAppend } from './append.js';
import type { StoredEvent } from './event-store.js';
import type { DropReason } from './errors.js';

/**
 * Something that folds the log, one whole append after the other. Synchronous, so that all see the same order
 * and state.
 */
export interface Consumer {
  apply(append: StoredAppend): void;
  /** What must be read first, before this event is taken; null: nothing. A rejection is an outage of the store. */
  lookAhead?(event: StoredEvent): Promise<void> | null;
  caughtUp?(): void;
  /** Much was read since the last append that is nobody's here. */
  passed?(checkpoint: string): void;
}

export interface TailReport {
  /** The store is away; told once, not at every try. */
  error(problem: Error): void;
  /** A subscription that worked broke and is resumed: no outage. */
  dropped(reason: DropReason): void;
  unreadable(problem: Error): void;
  /** The log is not the one that was read: what was folded must be dropped (docs/restore.md). */
  rewound(problem: Error): void;
}
