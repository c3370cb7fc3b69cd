import { z } from 'zod';
import { LeaderReply, RecordedEventReply } from './replies.js';
import { Position } from './parts.js';
import { Id, RevokeCause, Term } from './vocabulary.js';

// Server-sent events: the name of each and what its data line holds. A comment line comes every 10 s.

/**
 * Of a runner's session: its present role first, then at each change. State, not history: there are no ids.
 */
export const SessionEvents = {
  elected: z.strictObject({ term: Term }),
  revoked: z.strictObject({ term: Term, cause: RevokeCause }),
  standby: z.strictObject({ term: Term, leader: Id.nullable() }),
  superseded: z.strictObject({}),
  /** The server stops: connect to another one, or again. */
  bye: z.strictObject({ spreadMs: z.int().min(0) }),
};
export type SessionEvents = { [E in keyof typeof SessionEvents]: z.infer<(typeof SessionEvents)[E]> };

/** Of a watch: leaders as they are, then each change, none left out; `id` is a position to resume from. */
export const WatchEvents = {
  leader: LeaderReply,
  event: RecordedEventReply,
  synced: z.strictObject({ position: Position }),
  /** The client was too slow: the stream ends, and misses nothing when it resumes by id. */
  overflow: z.strictObject({}),
};
export type WatchEvents = { [E in keyof typeof WatchEvents]: z.infer<(typeof WatchEvents)[E]> };
