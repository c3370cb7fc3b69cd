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
import { named } from './parts.js';

// What the HTTP API answers (DESIGN §12). Replies may gain fields, never lose or rename any.

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
const Unreadable = z
  .array(z.strictObject({ group: z.string(), detail: z.string() }))
  .meta({ description: 'groups of which nothing can be said: their streams hold what cannot be read' });
export const GroupsPage = named(
  'GroupsPage',
  z.strictObject({ groups: z.array(LeaderReply), unreadable: Unreadable, next: Id.nullable(), position: z.string() }),
);
export type GroupsPage = z.infer<typeof GroupsPage>;
export const RunnersPage = named('RunnersPage', z.strictObject({ runners: z.array(RunnerReply), version: z.int(), position: z.string() }));
export type RunnersPage = z.infer<typeof RunnersPage>;
export const FenceReply = named('Fence', z.strictObject({ valid: z.literal(true), group: Id, runner: Id, term: Term, version: z.int() }));
export type FenceReply = z.infer<typeof FenceReply>;
export const HealthReply = named('Health', z.strictObject({ status: z.literal('ok'), instance: Uuid, version: z.string() }));
export type HealthReply = z.infer<typeof HealthReply>;
const Extent = z.strictObject({ version: z.int(), term: z.int() });
export const LogReply = named(
  'Log',
  z.strictObject({
    state: z
      .enum(['known', 'replaced'])
      .meta({ description: 'replaced: it is not the log that this server knew, and nothing is decided until somebody accepts it' }),
    why: z.string().nullable(),
    digest: z.string().nullable().meta({ description: 'names what is different; for CONCLAVE_ACCEPT_LOG' }),
    groups: z.array(z.strictObject({ group: Id, known: Extent, found: Extent })),
    accepted: z
      .strictObject({ by: z.string(), reason: z.string(), waitMs: z.int() })
      .nullable()
      .meta({ description: 'waitMs: until no lease can be out any more that is lost with the log' }),
  }),
);
export type LogReply = z.infer<typeof LogReply>;
export const ReadyReply = named(
  'Ready',
  z.strictObject({
    ready: z.boolean(),
    reasons: z.array(z.string()),
    unreadable: Unreadable,
    instance: Uuid,
    position: z.string().nullable(),
    caughtUp: z.boolean(),
  }),
);
export type ReadyReply = z.infer<typeof ReadyReply>;
