import { z } from 'zod';
import { Envelope, EventData } from './events.js';
import {
  EndCause,
  Failback,
  Failover,
  Id,
  Iso,
  Labels,
  PinMode,
  RevokeCause,
  Role,
  Settings,
  Status,
  Strategy,
  TaintEffect,
  Term,
  Until,
  Uuid,
  Verdict,
} from './vocabulary.js';
import { ProblemCode } from './problems.js';
import { Unreadable } from './operations.js';
import { named } from './parts.js';

// What the HTTP API answers (docs/http.md). Replies may gain fields, never lose or rename any.

const Taint = named(
  'Taint',
  z.strictObject({
    key: Id,
    effect: TaintEffect,
    reason: z.string().nullable(),
    actor: z.string(),
    since: Iso,
    expiresAt: Iso.nullable(),
    until: Until.nullable(),
  }),
);
const leader = {
  group: Id,
  state: z.enum(['led', 'handover', 'leaderless', 'paused']),
  paused: z.boolean(),
  term: Term,
  leader: z.strictObject({ runner: Id, incarnation: Uuid, since: Iso, platform: z.string().nullable(), labels: Labels }).nullable(),
  successor: Id.nullable(),
  why: z.string().nullable(),
  version: z.int(),
  position: z.string(),
};
export const LeaderReply = named('Leader', z.strictObject(leader));
export type LeaderReply = z.infer<typeof LeaderReply>;
export const GroupReply = named(
  'Group',
  z.strictObject({
    ...leader,
    settings: z.strictObject({ ...Settings.shape, strategy: Strategy, failback: Failback, failover: Failover }),
    pin: z
      .strictObject({
        runner: Id,
        mode: PinMode,
        reason: z.string().nullable(),
        actor: z.string(),
        since: Iso,
        expiresAt: Iso.nullable(),
        until: Until.nullable(),
      })
      .nullable(),
    pause: z.strictObject({ reason: z.string().nullable(), actor: z.string(), since: Iso, expiresAt: Iso.nullable() }).nullable(),
    runners: z.strictObject({ pending: z.int(), active: z.int(), silent: z.int() }),
    verdicts: z.array(Verdict),
    createdAt: Iso,
  }),
);
export type GroupReply = z.infer<typeof GroupReply>;
const runner = {
  group: Id,
  runner: Id,
  incarnation: Uuid,
  status: Status,
  role: Role,
  platform: z.string().nullable(),
  labels: Labels,
  priority: z.int(),
  seniority: z.int(),
  registeredAt: Iso,
  lastSeenAt: Iso.nullable(),
  taints: z.array(Taint),
};
export const RunnerReply = named('Runner', z.strictObject(runner));
export type RunnerReply = z.infer<typeof RunnerReply>;
export const RegisterReply = named(
  'RegisterReply',
  z.strictObject({
    ...runner,
    term: Term,
    leader: Id.nullable(),
    leaseMs: z.literal(0),
    heartbeatMs: z.int(),
    changed: z.boolean(),
    version: z.int(),
    position: z.string(),
  }),
);
export type RegisterReply = z.infer<typeof RegisterReply>;
export const HeartbeatReply = named(
  'HeartbeatReply',
  z.strictObject({
    role: Role,
    term: Term,
    leader: Id.nullable(),
    leaseMs: z.int(),
    heartbeatMs: z.int(),
    version: z.int(),
    ended: z.strictObject({ term: Term, cause: EndCause }).optional(),
    cause: RevokeCause.optional(),
    certificate: z.string().optional(),
  }),
);
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;
export const ProblemReply = named(
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
export const BatchReply = named(
  'HeartbeatBatchReply',
  z.strictObject({ replies: z.array(z.union([z.strictObject({ status: z.literal(200), ...HeartbeatReply.shape }), ProblemReply])) }),
);
export type BatchReply = z.infer<typeof BatchReply>;
const event = {
  group: Id,
  version: z.int(),
  type: z.enum(Object.keys(EventData) as [keyof typeof EventData]),
  data: z.record(z.string(), z.unknown()),
};
export const RecordedEventReply = named('RecordedEvent', z.strictObject({ ...event, position: z.string(), meta: z.strictObject(Envelope.shape) }));
export type RecordedEventReply = z.infer<typeof RecordedEventReply>;
/** Of a dry run: not written, so without id, hash and position. */
const PlannedEventReply = named('PlannedEvent', z.strictObject({ ...event, meta: z.strictObject(Envelope.omit({ id: true, hash: true }).shape) }));
export const WriteReply = named(
  'WriteReply',
  z.strictObject({
    changed: z.boolean(),
    dryRun: z.literal(true).optional(),
    version: z.int(),
    position: z.string(),
    events: z.array(z.union([RecordedEventReply, PlannedEventReply])),
    leader: LeaderReply,
  }),
);
export type WriteReply = z.infer<typeof WriteReply>;
export const GroupsPage = named(
  'GroupsPage',
  z.strictObject({ groups: z.array(LeaderReply), unreadable: Unreadable, next: Id.nullable(), position: z.string() }),
);
export type GroupsPage = z.infer<typeof GroupsPage>;
export const RunnersPage = named('RunnersPage', z.strictObject({ runners: z.array(RunnerReply), version: z.int(), position: z.string() }));
export type RunnersPage = z.infer<typeof RunnersPage>;
export const FenceReply = named('Fence', z.strictObject({ valid: z.literal(true), group: Id, runner: Id, term: Term, version: z.int() }));
export type FenceReply = z.infer<typeof FenceReply>;
