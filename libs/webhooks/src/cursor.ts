import { comparePositions } from '@conclave/event-store';

/**
 * How far an endpoint, or one group at it, has come: all of the log up to `position`, and all that time alone brought about up
 * to `atMs` (a group without a leader for too long).
 */
export interface Cursor {
  position: string;
  atMs: number;
}

/** A group whose notices have not all been delivered; null: what is of no group. */
export interface Behind extends Cursor {
  group: string | null;
  /** Since when its first one fails, ms since the epoch; null: it was not tried, or not in vain. */
  failingMs: number | null;
}

/** What is delivered of an endpoint: everything up to here, but of these groups only up to theirs. */
export interface Progress extends Cursor {
  behind: Behind[];
}

export const laterOf = (a: Cursor, b: Cursor): Cursor => ({
  position: comparePositions(a.position, b.position) > 0 ? a.position : b.position,
  atMs: Math.max(a.atMs, b.atMs),
});
