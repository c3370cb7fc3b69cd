import { z } from 'zod';
import {
  EndCause, Envelope, EventData, Failback, Failover, Id, Iso, Labels, Platform, Reason, RevokeCause, Role, Settings,
  SettingsPatch, Status, Strategy, TaintEffect, Term, Until, Uuid, Verdict,
} from '@conclave/election';
import { isPosition } from '@conclave/event-store';

// The only source of validation, types and OpenAPI of the HTTP API (DESIGN §6, §12). Requests are strict.

const Position = z.string().refine(isPosition, 'is not a position that Conclave gave');
const queryInt = z.coerce.number('must be a number').int('must be a whole number').min(0, 'must not be negative');
const Sequence = z.int().min(1);
const named = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id }) as T;

export const GroupPath = z.object({ g: Id });
export const RunnerPath = z.object({ g: Id, r: Id });
export const TaintPath = z.object({ g: Id, r: Id, key: Id });

// ---- requests
export const RegisterBody = named('Register', z.strictObject({
  incarnation: Uuid, platform: Platform.nullish(), labels: Labels.optional(), priority: z.int().min(-1_000_000).max(1_000_000).optional(),
  ready: z.boolean().optional(), previousExited: Uuid.optional(), reason: Reason.optional(),
}));
const beat = {
  incarnation: Uuid, sequence: Sequence, term: Term.optional(), acked: z.int().min(0).optional(), released: Term.optional(),
};
export const HeartbeatBody = named('Heartbeat', z.strictObject(beat));
export const BatchBody = named('HeartbeatBatch', z.strictObject({
  beats: z.array(z.strictObject({ group: Id, runner: Id, ...beat })).min(1).max(1000),
}));
export const ReleaseBody = named('Release', z.strictObject({ incarnation: Uuid, term: Term, reason: Reason.optional(), ifTerm: Term.optional() }));
export const ResignBody = named('Resign', z.strictObject({
  incarnation: Uuid, term: Term, cooldownMs: z.int().min(0).max(86_400_000).optional(), reason: Reason.optional(), ifTerm: Term.optional(),
}));
export const SettingsBody = named('SettingsChange', z.strictObject({ ...SettingsPatch.shape, reason: Reason.optional(), ifTerm: Term.optional() }));
export const TaintBody = named('TaintChange', z.strictObject({ effect: TaintEffect.optional(), reason: Reason.optional(), ifTerm: Term.optional() }));
export const WriteQuery = z.strictObject({ reason: Reason.optional(), ifTerm: queryInt.optional() });
export const DeregisterQuery = z.strictObject({ ...WriteQuery.shape, incarnation: Uuid.optional() });

export const ReadQuery = z.strictObject({ atLeast: Position.optional() });
export const PageQuery = z.strictObject({ atLeast: Position.optional(), after: Id.optional(), limit: queryInt.min(1).max(1000).default(100) });
export const LeaderQuery = z.strictObject({
  atLeast: Position.optional(), afterTerm: queryInt.optional(), afterVersion: queryInt.optional(), waitMs: queryInt.max(60_000).default(0),
});
export const FenceQuery = z.strictObject({ runner: Id, term: queryInt, atLeast: Position.optional() });
export const SessionQuery = z.strictObject({ incarnation: Uuid });
export const WatchQuery = z.strictObject({ events: z.enum(['true', 'false']).default('false'), atLeast: Position.optional() });
export const HistoryQuery = z.strictObject({
  atLeast: Position.optional(), from: queryInt.min(1).default(1), limit: queryInt.min(1).max(1000).default(100), type: z.string().max(500).optional(),
});
export const TenuresQuery = z.strictObject({ atLeast: Position.optional(), from: queryInt.default(1), limit: queryInt.min(1).max(1000).default(100) });

// ---- replies
const Taint = named('Taint', z.strictObject({
  key: Id, effect: TaintEffect, reason: z.string().nullable(), actor: z.string(), since: Iso, expiresAt: Iso.nullable(), until: Until.nullable(),
}));
const leader = {
  group: Id, state: z.enum(['led', 'handover', 'leaderless', 'paused']), paused: z.boolean(), term: Term,
  leader: z.strictObject({ runner: Id, incarnation: Uuid, since: Iso, platform: z.string().nullable(), labels: Labels }).nullable(),
  successor: Id.nullable(), why: z.string().nullable(), version: z.int(), position: z.string(),
};
export const LeaderReply = named('Leader', z.strictObject(leader));
export const GroupReply = named('Group', z.strictObject({
  ...leader, settings: z.strictObject({ ...Settings.shape, strategy: Strategy, failback: Failback, failover: Failover }),
  pin: z.null(), pause: z.null(),
  runners: z.strictObject({ pending: z.int(), active: z.int(), silent: z.int() }), verdicts: z.array(Verdict), createdAt: Iso,
}));
const runner = {
  group: Id, runner: Id, incarnation: Uuid, status: Status, role: Role, platform: z.string().nullable(), labels: Labels,
  priority: z.int(), seniority: z.int(), registeredAt: Iso, lastSeenAt: Iso.nullable(), taints: z.array(Taint),
};
export const RunnerReply = named('Runner', z.strictObject(runner));
export const RegisterReply = named('RegisterReply', z.strictObject({
  ...runner, term: Term, leader: Id.nullable(), leaseMs: z.literal(0), heartbeatMs: z.int(), changed: z.boolean(), version: z.int(), position: z.string(),
}));
export const HeartbeatReply = named('HeartbeatReply', z.strictObject({
  role: Role, term: Term, leader: Id.nullable(), leaseMs: z.int(), heartbeatMs: z.int(), version: z.int(),
  ended: z.strictObject({ term: Term, cause: EndCause }).optional(), cause: RevokeCause.optional(),
}));
export const ProblemReply = named('Problem', z.strictObject({
  type: z.string(), title: z.string(), status: z.int(), detail: z.string(), code: z.string(), instance: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(), current: LeaderReply.optional(),
}));
export const BatchReply = named('HeartbeatBatchReply', z.strictObject({
  replies: z.array(z.union([z.strictObject({ status: z.literal(200), ...HeartbeatReply.shape }), ProblemReply])),
}));
export const RecordedEventReply = named('RecordedEvent', z.strictObject({
  group: Id, version: z.int(), position: z.string(), type: z.enum(Object.keys(EventData) as [keyof typeof EventData]),
  data: z.record(z.string(), z.unknown()), meta: z.strictObject(Envelope.shape),
}));
export const WriteReply = named('WriteReply', z.strictObject({
  changed: z.boolean(), version: z.int(), position: z.string(), events: z.array(RecordedEventReply), leader: LeaderReply,
}));
export const GroupsPage = named('GroupsPage', z.strictObject({ groups: z.array(LeaderReply), next: Id.nullable(), position: z.string() }));
export const RunnersPage = named('RunnersPage', z.strictObject({ runners: z.array(RunnerReply), version: z.int(), position: z.string() }));
export const HistoryPage = named('HistoryPage', z.strictObject({
  events: z.array(RecordedEventReply), next: z.int().nullable(), version: z.int(), position: z.string(),
}));
export const FenceReply = named('Fence', z.strictObject({ valid: z.literal(true), group: Id, runner: Id, term: Term, version: z.int() }));
export const TenuresPage = named('TenuresPage', z.strictObject({
  tenures: z.array(z.strictObject({
    term: Term, runner: Id, from: Iso, to: Iso.nullable(), ms: z.int().nullable(), handoverMs: z.int().nullable(),
    endCause: EndCause.nullable(), leaderlessAfterMs: z.int().nullable(),
  })), next: z.int().nullable(),
}));
export const HealthReply = named('Health', z.strictObject({ status: z.literal('ok'), instance: Uuid, version: z.string() }));
export const ReadyReply = named('Ready', z.strictObject({
  ready: z.boolean(), reasons: z.array(z.string()), instance: Uuid, position: z.string().nullable(), caughtUp: z.boolean(),
}));
