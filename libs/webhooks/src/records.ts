import { z } from 'zod';

/** Types of the stream `webhooks` (docs/formats.md). No words and no people: those stay where they can be forgotten. */
export const DELIVERED = 'WebhookDelivered';
export const DEAD = 'WebhookDead';
export const REDELIVERED = 'WebhookRedelivered';
export const CLAIM = 'WebhookClaim';

const place = { position: z.string(), atMs: z.int() };

/** Everything up to here is delivered, but of the groups `behind` only what is up to their places. */
export const Delivered = z.object({
  endpoint: z.string(),
  ...place,
  behind: z.array(z.object({ group: z.string().nullable(), ...place, failingMs: z.int().nullable() })),
});
export type Delivered = z.infer<typeof Delivered>;

/** Given up. Its words are read again from the log: `version` of the stream of `group`, null: of `clocks`. */
export const Dead = z.object({
  endpoint: z.string(),
  id: z.string(),
  type: z.string(),
  group: z.string().nullable(),
  version: z.int(),
  why: z.string(),
  at: z.string(),
});
export type Dead = z.infer<typeof Dead>;

export const Redelivered = z.object({ endpoint: z.string(), id: z.string() });
/** Said every few seconds by the server that delivers to these; `isReleased`: it stops, another one may at once. */
export const Claim = z.object({
  instance: z.string(),
  /** Random, of this process; absent: an earlier version wrote it. */
  life: z.string().optional(),
  endpoints: z.array(z.string()),
  isReleased: z.boolean(),
});
export type Claim = z.infer<typeof Claim>;
