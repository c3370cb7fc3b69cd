import { z } from 'zod';
import { Envelope, EventData } from './events.js';
import { ordered, Proposal } from './sealed.js';
import {
  Failback,
  Failover,
  Id,
  Iso,
  Labels,
  PinMode,
  Settings,
  Strategy,
  Term,
  Until,
  Uuid,
  Verdict,
} from './vocabulary.js';
import { ProblemCode } from './problems/problems.js';
import { Unreadable } from './operations.js';
import { nameSchema } from './parts.js';

// What the HTTP API answers (docs/http.md). Replies may gain fields, never lose or rename any.

const leader = {
  group: Id,
  state: z.enum(['led', 'handover', 'leaderless', 'paused', 'deleted']),
  paused: z.boolean(),
  term: Term,
  leader: z
    .strictObject({
      runner: Id,
      incarnation: Uuid,
      since: Iso,
      platform: z.string().nullable(),
      labels: Labels,
    })
    .nullable(),
  successor: Id.nullable(),
  why: z.string().nullable(),
  version: z.int(),
  position: z.string(),
};
export const LeaderReply = nameSchema('Leader', z.strictObject(leader));
export type LeaderReply = z.infer<typeof LeaderReply>;
export const GroupReply = nameSchema(
  'Group',
  z.strictObject({
    ...leader,
    settings: z.strictObject({
      ...Settings.shape,
      strategy: Strategy,
      failback: Failback,
      failover: Failover,
    }),
    pin: z
      .strictObject({
        runner: Id,
        mode: PinMode,
        ...ordered,
        expiresAt: Iso.nullable(),
        until: Until.nullable(),
      })
      .nullable(),
    proposals: z
      .array(Proposal)
      .optional()
      .meta({ description: 'orders that wait for a second person; absent: none' }),
    pause: z.strictObject({ ...ordered, expiresAt: Iso.nullable() }).nullable(),
    runners: z.strictObject({ pending: z.int(), active: z.int(), silent: z.int() }),
    verdicts: z.array(Verdict),
    createdAt: Iso,
  }),
);
export type GroupReply = z.infer<typeof GroupReply>;
export const ProblemReply = nameSchema(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: ProblemCode,
    instance: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    current: LeaderReply.optional(),
  }),
);
export type ProblemReply = z.infer<typeof ProblemReply>;
const event = {
  group: Id,
  version: z.int(),
  type: z.enum(Object.keys(EventData) as [keyof typeof EventData]),
  data: z.record(z.string(), z.unknown()),
  unknown: z
    .array(z.string())
    .optional()
    .meta({ description: 'fields of a newer Conclave, which say nothing to this one' }),
};
export const RecordedEventReply = nameSchema(
  'RecordedEvent',
  z.strictObject({ ...event, position: z.string(), meta: z.strictObject(Envelope.shape) }),
);
export type RecordedEventReply = z.infer<typeof RecordedEventReply>;
export const HistoryEventReply = nameSchema(
  'HistoryEvent',
  z.strictObject({ ...RecordedEventReply.shape, words: z.string() }),
);
export type HistoryEventReply = z.infer<typeof HistoryEventReply>;
/** Of a dry run: not written, so without id, hash and position. */
const PlannedEventReply = nameSchema(
  'PlannedEvent',
  z.strictObject({
    ...event,
    meta: z.strictObject(Envelope.omit({ id: true, hash: true }).shape),
    words: z.string(),
  }),
);
export const WriteReply = nameSchema(
  'WriteReply',
  z.strictObject({
    changed: z.boolean(),
    dryRun: z.literal(true).optional(),
    proposal: Uuid.optional().meta({
      description: 'the command only waits for a second person, as this order, from now on or since before',
    }),
    version: z.int(),
    position: z.string(),
    events: z.array(z.union([HistoryEventReply, PlannedEventReply])),
    leader: LeaderReply,
  }),
);
export type WriteReply = z.infer<typeof WriteReply>;
export const GroupsPage = nameSchema(
  'GroupsPage',
  z.strictObject({
    groups: z.array(LeaderReply),
    unreadable: Unreadable,
    next: Id.nullable(),
    position: z.string(),
  }),
);
export type GroupsPage = z.infer<typeof GroupsPage>;
export const IsLeaderReply = nameSchema(
  'IsLeader',
  z.strictObject({
    leads: z.literal(true).meta({ description: 'who does not lead is answered not-leading' }),
    group: Id,
    runner: Id,
    term: Term,
  }),
);
export type IsLeaderReply = z.infer<typeof IsLeaderReply>;
export const FenceReply = nameSchema(
  'Fence',
  z.strictObject({ valid: z.literal(true), group: Id, runner: Id, term: Term, version: z.int() }),
);
export type FenceReply = z.infer<typeof FenceReply>;
