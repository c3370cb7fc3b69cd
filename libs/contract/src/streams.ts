import { z } from 'zod';
import { LeaderReply, RecordedEventReply } from './replies.js';
import { nameSchema, Position } from './parts.js';
import { Id, Iso, RevokeCause, Term } from './vocabulary.js';

// Server-sent events: the name of each and what its data line holds. A comment line comes every 10 s.

/** L14: work may begin on it, before the first beat of the term is answered. */
const FirstGrant = z.strictObject({
  sequence: z
    .int()
    .min(1)
    .meta({ description: 'of a beat of this process; the lease counts from when it was sent' }),
  leaseMs: z
    .int()
    .min(1)
    .meta({ description: 'ms; of how much is left when the news comes this runner knows best' }),
  certificate: z.string().meta({ description: 'signed statement that this runner holds the term' }),
});

/**
 * Of a runner's session: its present role first, then at each change. State, not history: there are no ids.
 */
export const SessionEvents = {
  elected: z.strictObject({ term: Term, grant: FirstGrant.optional() }),
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
  /** Nothing can be said of it any more; whoever watches just this one is told by the end, and by 503. */
  unreadable: z.strictObject({ group: Id, detail: z.string() }),
  /** This server has heard nothing from its store for so long: what it tells may come as late. 0: it hears again. */
  stale: z.strictObject({ staleMs: z.int().min(0) }),
  /** The client was too slow: the stream ends, and misses nothing when it resumes by id. */
  overflow: z.strictObject({}),
};
export type WatchEvents = { [E in keyof typeof WatchEvents]: z.infer<(typeof WatchEvents)[E]> };

// Where notices go (docs/webhooks.md).

export const WebhookPath = z.strictObject({ name: Id.meta({ description: 'name of the webhook' }) });
export type WebhookPath = z.infer<typeof WebhookPath>;
export const RedeliverBody = z.strictObject({
  id: z.string().min(1).max(100).meta({ description: 'of the notice' }),
});
export type RedeliverBody = z.infer<typeof RedeliverBody>;
export const TestWebhookBody = z.strictObject({});

export const WebhookReply = nameSchema(
  'Webhook',
  z.strictObject({
    name: z.string().meta({ description: 'of the webhook' }),
    url: z.string().meta({ description: 'where notices go, without path and query' }),
    groups: z.array(z.string()).meta({ description: 'patterns of the groups that it is told of' }),
    on: z.array(z.string()).meta({ description: 'what it is told of' }),
    giveUpAfterMs: z.int().meta({ description: 'ms after the first try in vain when a notice is given up' }),
    state: z
      .enum(['delivering', 'failing', 'elsewhere', 'starting'])
      .meta({
        description:
          'failing: the last try, or the last one for some group, was in vain; elsewhere: another server delivers; starting: none does yet',
      }),
    instance: z.string().nullable().meta({ description: 'the server that delivers; null: none yet' }),
    position: z
      .string()
      .nullable()
      .meta({ description: 'recorded place in the log up to which groups were told' }),
    waiting: z
      .int()
      .nullable()
      .meta({ description: 'notices that wait in memory, 1000 at the most; null: another server knows' }),
    waitingGroups: z
      .int()
      .nullable()
      .meta({ description: 'groups of which something waits; of another server as it last recorded' }),
    lastError: z
      .strictObject({ at: Iso, why: z.string() })
      .nullable()
      .meta({ description: 'the last try in vain of this server since it delivers; null: there was none' }),
    dead: z.int().meta({ description: 'notices that were given up within a week' }),
  }),
);
export type WebhookReply = z.infer<typeof WebhookReply>;
export const WebhooksReply = nameSchema(
  'Webhooks',
  z.strictObject({ webhooks: z.array(WebhookReply).meta({ description: 'in the order of the file' }) }),
);
export type WebhooksReply = z.infer<typeof WebhooksReply>;

export const DeadNotice = z.strictObject({
  id: z.string().meta({ description: 'of the notice; give it to redeliver' }),
  type: z.string().meta({ description: 'what it is about' }),
  group: z.string().nullable().meta({ description: 'group id; null: it is of no group' }),
  version: z.int().meta({ description: 'of the event that it tells of' }),
  why: z.string().meta({ description: 'how the last try ended' }),
  at: Iso.meta({ description: 'when it was given up' }),
});
export type DeadNotice = z.infer<typeof DeadNotice>;
export const DeadReply = nameSchema(
  'DeadNotices',
  z.strictObject({ dead: z.array(DeadNotice).meta({ description: 'the newest first' }) }),
);
export type DeadReply = z.infer<typeof DeadReply>;

export const TriedReply = nameSchema(
  'WebhookTried',
  z.strictObject({
    id: z.string().meta({ description: 'webhook-id of what was sent' }),
    delivered: z.boolean().meta({ description: 'the receiver took it (2xx)' }),
    status: z.int().nullable().meta({ description: 'that the receiver answered; null: it did not' }),
    why: z.string().nullable().meta({ description: 'why it was not delivered; null: it was' }),
  }),
);
export type TriedReply = z.infer<typeof TriedReply>;
