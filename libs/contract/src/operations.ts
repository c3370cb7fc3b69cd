import { z } from 'zod';
import { RecordedCommand } from './commands.js';
import { Auth, nameSchema, pageLimit } from './parts.js';
import { ProblemCode } from './problems/problems.js';
import { Id, Iso, Uuid } from './vocabulary.js';

// About a server itself.

export const Unreadable = z
  .array(z.strictObject({ group: z.string(), detail: z.string() }))
  .meta({ description: 'groups of which nothing can be said: their streams hold what cannot be read' });
export type Unreadable = z.infer<typeof Unreadable>;
export const HealthReply = nameSchema(
  'Health',
  z.strictObject({ status: z.literal('ok'), instance: Uuid, version: z.string() }),
);
export type HealthReply = z.infer<typeof HealthReply>;
const Extent = z.strictObject({ version: z.int(), term: z.int() });
export const LogReply = nameSchema(
  'Log',
  z.strictObject({
    state: z
      .enum(['known', 'replaced'])
      .meta({
        description:
          'replaced: it is not the log that this server knew, and nothing is decided until somebody accepts it',
      }),
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
/** In the log and in answers: `server`, the time that a server goes on by, and `machine`, what its clock said then. */
export const ClockStep = z.strictObject({
  instance: Uuid,
  cause: z
    .enum(['set', 'set-back', 'started-wrong'])
    .meta({ description: 'set while a server ran, set back, or wrong when a server started' }),
  server: Iso,
  machine: Iso,
});
export type ClockStep = z.infer<typeof ClockStep>;
export const ClocksReply = nameSchema(
  'Clocks',
  z.strictObject({
    steppedMs: z.int(),
    skewMs: z.int().nullable(),
    aheadMs: z.int(),
    steps: z.array(ClockStep),
  }),
);
export type ClocksReply = z.infer<typeof ClocksReply>;
export const ServersReply = nameSchema(
  'Servers',
  z.strictObject({
    servers: z.array(
      z.strictObject({
        id: z.string().meta({ description: 'of one life of a server: another one each time that it starts' }),
        isThis: z.boolean().meta({ description: 'it is the one that answers' }),
        wroteAt: Iso.meta({ description: 'when it last wrote to the presence log, by its own clock' }),
        silentMs: z.int().min(0),
        behind: z.int().min(0).meta({ description: 'records that it had not read yet when it wrote' }),
      }),
    ),
  }),
);
export type ServersReply = z.infer<typeof ServersReply>;
export const ReadyReply = nameSchema(
  'Ready',
  z.strictObject({
    ready: z.boolean(),
    warnings: z
      .array(z.string())
      .meta({ description: 'what somebody should mend, though the server serves' }),
    reasons: z.array(z.string()),
    unreadable: Unreadable,
    instance: Uuid,
    position: z.string().nullable(),
    caughtUp: z.boolean(),
    clockSteppedMs: z.int(),
    clockSkewMs: z.int().nullable(),
    deafMs: z.int(),
    witnesses: z
      .array(
        z.strictObject({
          url: z.string().meta({ description: 'where it is' }),
          kid: z.string().nullable().meta({ description: 'its key; null: it has not co-signed yet' }),
          cosignedAt: Iso.nullable().meta({ description: 'when it co-signed last, for this server' }),
          why: z.string().nullable().meta({ description: 'why it does not since; null: it does' }),
        }),
      )
      .meta({ description: 'how it stands with those who co-sign checkpoints; no reason not to be ready' }),
  }),
);
export type ReadyReply = z.infer<typeof ReadyReply>;

const Minute = z.strictObject({
  at: Iso.meta({ description: 'when the minute ended' }),
  beats: z.int(),
  requests: z.int(),
  refused: z.int().meta({ description: 'requests that were told to come again' }),
  decisions: z.int(),
  writes: z.int().meta({ description: 'what the store has made durable for this server' }),
  loopDelayP99Ms: z.number().meta({ description: 'how long the event loop kept others waiting, ms' }),
  heapBytes: z.int(),
  deafMs: z.int(),
  leaderless: z.int().meta({ description: 'groups that nobody led, and that were not paused' }),
  streams: z.int().meta({ description: 'watches and followed histories that were open' }),
});
export const FiguresReply = nameSchema('Figures', z.strictObject({ minutes: z.array(Minute) }));
export type FiguresReply = z.infer<typeof FiguresReply>;

export const WhoReply = nameSchema(
  'Who',
  z.strictObject({
    name: z.string().meta({ description: 'of the credential; the record calls a person so' }),
    proved: z.boolean().meta({ description: 'false: authentication is off, names are claims' }),
    auth: Auth.meta({ description: 'how it was proved who asks' }),
    grants: z.array(
      z.strictObject({
        role: z.enum(['join', 'runner', 'consumer', 'auditor', 'operator', 'admin']),
        groups: z.array(z.string()),
        runners: z.array(z.string()).optional(),
      }),
    ),
    expiresAt: Iso.nullable().meta({ description: 'of the credential' }),
    may: z
      .strictObject({ audit: z.boolean(), operate: z.boolean(), administer: z.boolean() })
      .meta({ description: 'in the group that was named, else in any' }),
  }),
);
export type WhoReply = z.infer<typeof WhoReply>;

/** In the log and in answers. */
export const Attempt = z.strictObject({
  at: Iso,
  group: z.string(),
  actor: z.string(),
  auth: Auth.optional().meta({ description: 'how it was proved who asked' }),
  reason: z.string().nullable(),
  command: RecordedCommand,
  isDryRun: z.boolean().meta({ description: 'it was only asked what it would do' }),
  code: ProblemCode.nullable().meta({
    description: 'why it was refused; null: it would have been carried out',
  }),
  detail: z.string().nullable(),
  correlationId: z.string(),
  instance: z.string(),
  omitted: z
    .int()
    .meta({ description: 'attempts before it at that server that were not written down: too many' }),
});
export type Attempt = z.infer<typeof Attempt>;
export const AttemptsReply = nameSchema('Attempts', z.strictObject({ attempts: z.array(Attempt) }));
export type AttemptsReply = z.infer<typeof AttemptsReply>;
export const AttemptsQuery = z.strictObject({
  group: Id.optional(),
  actor: z.string().max(200).optional(),
  code: ProblemCode.optional(),
  limit: pageLimit,
});
export type AttemptsQuery = z.infer<typeof AttemptsQuery>;
