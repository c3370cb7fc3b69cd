import { z } from 'zod';
import {
  MAX_LABELS,
  Id,
  Iso,
  Labels,
  PinMode,
  Platform,
  Reason,
  SettingsPatch,
  TaintEffect,
  Term,
  Until,
  Uuid,
} from './vocabulary.js';
import { Sequence } from './runners.js';
import { Certificate, nameSchema, queryInt, Secret } from './parts.js';

// What the HTTP API takes (docs/http.md): the only source of validation, types and OpenAPI. Requests are
// strict.

/** JSON.parse of Node 24.21 mixes up escaped names: a quote is read as a backslash after one was in its place. */
const LABEL_NAME = /^[^\p{Cc}"\\]*$/u;
/**
 * Counted before any is looked at: of a body full of wrong ones each would be named, 50,000 in one, and leaders who beat meanwhile
 * would lose their leases.
 */
const GivenLabels = z.preprocess(
  (given, context) => {
    if (typeof given !== 'object' || given === null || Object.keys(given).length <= MAX_LABELS) return given;
    context.addIssue(`must be at most ${MAX_LABELS} labels`);
    return z.NEVER;
  },
  Labels.refine(
    (labels) => Object.keys(labels).every((name) => LABEL_NAME.test(name)),
    'names must have no control character, quote or backslash',
  ).meta({ maxProperties: MAX_LABELS }),
);

export const GroupPath = z.object({ g: Id });
export type GroupPath = z.infer<typeof GroupPath>;
export const RunnerPath = z.object({ g: Id, r: Id });
export type RunnerPath = z.infer<typeof RunnerPath>;
export const TaintPath = z.object({ g: Id, r: Id, key: Id });
export type TaintPath = z.infer<typeof TaintPath>;

export const ProposalPath = z.object({ g: Id, p: Uuid });
export type ProposalPath = z.infer<typeof ProposalPath>;

export const RegisterBody = nameSchema(
  'Register',
  z.strictObject({
    incarnation: Uuid,
    platform: Platform.nullish(),
    labels: GivenLabels.optional(),
    priority: z.int().min(-1_000_000).max(1_000_000).optional(),
    ready: z.boolean().optional(),
    previousExited: Uuid.optional(),
    previousSecret: Secret.optional(),
    reason: Reason.optional(),
  }),
);
export type RegisterBody = z.infer<typeof RegisterBody>;
export const ReleaseBody = nameSchema(
  'Release',
  z.strictObject({
    incarnation: Uuid,
    term: Term,
    reason: Reason.optional(),
    ifTerm: Term.optional(),
    certificate: Certificate.optional(),
  }),
);
export type ReleaseBody = z.infer<typeof ReleaseBody>;
export const ResignBody = nameSchema(
  'Resign',
  z.strictObject({
    incarnation: Uuid,
    /** Left out: the process goes away, and gives back whatever it may hold. */
    term: Term.optional(),
    /** Of the last of its beats that was not answered, if there is one: no beat up to it counts any more. */
    sequence: Sequence.optional(),
    cooldownMs: z.int().min(0).max(86_400_000).optional(),
    reason: Reason.optional(),
    ifTerm: Term.optional(),
  }),
);
export type ResignBody = z.infer<typeof ResignBody>;
export const AcceptBody = nameSchema(
  'LogAcceptance',
  z.strictObject({ reason: Reason.regex(/\S/, 'must say why'), digest: z.string().max(64).optional() }),
);
export type AcceptBody = z.infer<typeof AcceptBody>;
export const EvidenceBody = nameSchema(
  'TermEvidence',
  z.strictObject({ group: Id, certificate: Certificate }),
);
export type EvidenceBody = z.infer<typeof EvidenceBody>;
export const SettingsBody = nameSchema(
  'SettingsChange',
  z.strictObject({ ...SettingsPatch.shape, reason: Reason.optional(), ifTerm: Term.optional() }),
);
export type SettingsBody = z.infer<typeof SettingsBody>;
const expiry = {
  expiresAt: Iso.optional(),
  ttlMs: z
    .int()
    .min(1)
    .max(366 * 86_400_000)
    .optional(),
};
const oneExpiry = <T extends z.ZodType<{ expiresAt?: string | undefined; ttlMs?: number | undefined }>>(
  schema: T,
): T =>
  schema.refine(
    ({ expiresAt, ttlMs }) => expiresAt === undefined || ttlMs === undefined,
    'give expiresAt or ttlMs, not both',
  );
const operator = { reason: Reason.optional(), ifTerm: Term.optional() };
export const TaintBody = nameSchema(
  'TaintChange',
  oneExpiry(
    z.strictObject({ effect: TaintEffect.optional(), ...expiry, until: Until.optional(), ...operator }),
  ),
);
export type TaintBody = z.infer<typeof TaintBody>;
export const PinBody = nameSchema(
  'PinChange',
  oneExpiry(
    z.strictObject({
      runner: Id,
      mode: PinMode.default('strict'),
      ...expiry,
      until: Until.optional(),
      ...operator,
    }),
  ),
);
export type PinBody = z.infer<typeof PinBody>;
/** Tells the leader to stop and holds elections: nobody leads until somebody resumes, or the time is over. */
export const DrainBody = nameSchema('Drain', oneExpiry(z.strictObject({ ...expiry, ...operator })));
export type DrainBody = z.infer<typeof DrainBody>;
export const PauseBody = nameSchema('PauseChange', oneExpiry(z.strictObject({ ...expiry, ...operator })));
export type PauseBody = z.infer<typeof PauseBody>;
export const TransferBody = nameSchema(
  'Transfer',
  z.strictObject({
    to: Id.optional(),
    force: z.boolean().optional(),
    deadlineMs: z.int().min(1).max(86_400_000).optional(),
    ...operator,
  }),
);
export type TransferBody = z.infer<typeof TransferBody>;
export const ForgiveBody = nameSchema('Forgive', z.strictObject(operator));
export type ForgiveBody = z.infer<typeof ForgiveBody>;
/** Of an order that waits for a second person. */
export const ProposalBody = nameSchema('ProposalChange', z.strictObject(operator));
export type ProposalBody = z.infer<typeof ProposalBody>;
export const DryRunQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') });
export type DryRunQuery = z.infer<typeof DryRunQuery>;
export const WriteQuery = z.strictObject({
  ...DryRunQuery.shape,
  reason: Reason.optional(),
  ifTerm: queryInt.optional(),
});
export type WriteQuery = z.infer<typeof WriteQuery>;
export const DeregisterQuery = z.strictObject({ ...WriteQuery.shape, incarnation: Uuid.optional() });
export type DeregisterQuery = z.infer<typeof DeregisterQuery>;
