import { z } from 'zod';
import {
  EndCause,
  Id,
  Iso,
  Labels,
  RevokeCause,
  Role,
  Status,
  TaintEffect,
  Term,
  Until,
  Uuid,
} from './vocabulary.js';
import { ordered } from './sealed.js';
import { Certificate, nameSchema, Secret } from './parts.js';
import { ProblemReply } from './replies.js';

// What runners say and are answered, and what is told of them (docs/http.md).

const Taint = nameSchema(
  'Taint',
  z.strictObject({
    key: Id,
    effect: TaintEffect,
    ...ordered,
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
const lease = z
  .strictObject({ overAt: Iso.nullable(), overBy: Iso.nullable() })
  .optional()
  .meta({ description: 'of who leads now, as this server knows it; absent: of another' });
export const RunnerReply = nameSchema('Runner', z.strictObject({ ...runner, lease }));
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

// What they say while they live, and what they are answered.

export const Sequence = z.int().min(1);
const beat = {
  incarnation: Uuid,
  sequence: Sequence,
  term: Term.optional(),
  acked: z.int().min(0).optional(),
  released: Term.optional(),
  certificate: Certificate.optional(),
};
export const HeartbeatBody = nameSchema('Heartbeat', z.strictObject(beat));
export type HeartbeatBody = z.infer<typeof HeartbeatBody>;
export const BatchedBeat = z.strictObject({
  group: Id,
  runner: Id,
  secret: Secret.optional(),
  credential: z
    .string()
    .max(8_192)
    .optional()
    .meta({ description: "the process's own, if it has one: the request shows that of one of them" }),
  ...beat,
});
export type BatchedBeat = z.infer<typeof BatchedBeat>;
/** Of standbys that were heard in full, and got a number. */
export const ShortBeats = z.strictObject({
  key: z
    .string()
    .max(64)
    .nullable()
    .meta({
      description:
        'that the numbers came with; null: there are none yet, and standbys in `beats` shall get one',
    }),
  beats: z
    .array(z.int().min(0))
    .max(3_000)
    .refine(({ length }) => length % 3 === 0, 'must be three numbers for each beat')
    .meta({
      description:
        'number, sequence and version (of its group, as it was answered last) of each, one behind the other; `acked` is the sequence before',
    }),
});
export type ShortBeats = z.infer<typeof ShortBeats>;
const batchOf = <T extends z.ZodType>(one: T) =>
  z
    .strictObject({
      beats: z.array(one).max(1_000),
      short: ShortBeats.optional().meta({ description: 'of standbys that were given a number' }),
    })
    .refine(({ beats, short }) => beats.length > 0 || short !== undefined, {
      path: ['beats'],
      message: 'there is no beat',
    });
export const BatchBody = nameSchema('HeartbeatBatch', batchOf(BatchedBeat));
/** Each is looked at by itself: one that is no beat must not cost the others their leases. */
export const Batch = batchOf(z.unknown());
export const HeartbeatReply = nameSchema(
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
const BatchedReply = z.union([
  z.strictObject({
    status: z.literal(200),
    ...HeartbeatReply.shape,
    number: z
      .int()
      .optional()
      .meta({ description: 'of a standby, if `short` was said: its next beats may be short' }),
  }),
  ProblemReply,
]);
export const BatchReply = nameSchema(
  'HeartbeatBatchReply',
  z.strictObject({
    replies: z.array(BatchedReply),
    short: z
      .strictObject({
        key: z
          .string()
          .nullable()
          .meta({ description: 'to be shown with the numbers; null: nobody has one' }),
        changed: z
          .array(z.tuple([z.int(), BatchedReply]))
          .meta({
            description:
              'place and answer of each beat that is answered otherwise than with that version; all others as then',
          }),
        unknown: z
          .array(z.int())
          .meta({
            description:
              'places of those that were not heard, as this server does not know their number: say them in full',
          }),
      })
      .optional()
      .meta({ description: 'if it was asked: what there is to say to those beats' }),
  }),
);
export type BatchReply = z.infer<typeof BatchReply>;
