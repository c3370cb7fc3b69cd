import { z } from 'zod';
import { Id, Iso, Labels, Role, Status, TaintEffect, Term, Until, Uuid } from './vocabulary.js';
import { CausedBy } from './sealed.js';
import { nameSchema } from './parts.js';

// What runners are answered, and what is told of them (docs/http.md).

const Taint = nameSchema(
  'Taint',
  z.strictObject({
    key: Id,
    effect: TaintEffect,
    reason: z.string().nullable(),
    actor: z.string(),
    order: CausedBy,
    since: Iso,
    expiresAt: Iso.nullable(),
    until: Until.nullable(),
  }),
);
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
export const RunnerReply = nameSchema('Runner', z.strictObject(runner));
export type RunnerReply = z.infer<typeof RunnerReply>;
export const RegisterReply = nameSchema(
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
    credential: z
      .string()
      .optional()
      .meta({ description: 'for a join token: what this process shows as Bearer from now on' }),
  }),
);
export type RegisterReply = z.infer<typeof RegisterReply>;
export const RunnersPage = nameSchema(
  'RunnersPage',
  z.strictObject({
    runners: z.array(RunnerReply),
    next: Id.nullable().meta({
      description: 'the page ended for its size: after=<next> goes on; null: these are all',
    }),
    version: z.int(),
    position: z.string(),
  }),
);
export type RunnersPage = z.infer<typeof RunnersPage>;
