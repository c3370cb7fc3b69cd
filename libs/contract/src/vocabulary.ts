import { z } from 'zod';
import { ID_PATTERN, LEASE_MOST_MS, PIN_MODES, TAINT_EFFECTS } from './words.js';

export const Id = z
  .string()
  .regex(
    ID_PATTERN,
    'must start with a letter or digit, then letters, digits, ".", "_" or "-", 63 characters at most',
  );
/** A digest, hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Of a secret that only one process knows; itself it is never stored. */
export const SecretHash = Sha256;
/** Any 8-4-4-4-12 hex id: a supervisor may name incarnations by its own scheme. */
export const Uuid = z.guid('must be a uuid').toLowerCase();
export const Iso = z.iso.datetime({ precision: 3, error: 'must be UTC with ms: 2026-11-24T14:03:00.000Z' });
/** Text that has a UTF-8 form: a lone surrogate could be neither hashed nor stored as it came. */
const Text = z
  .string()
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)');
export const Reason = Text.max(500);
export const Labels = z.record(Text.min(1).max(63), Text.max(255), {
  error: ({ code }) => (code === 'invalid_key' ? 'names must have 1 to 63 characters' : undefined),
});
export const Platform = Text.min(1).max(63);
export const Term = z.int().min(0);
export const NO_TERM = -1; // in a command: whichever the process holds

/** An append of the largest group stays under the 1 MiB that EventStoreDB takes (docs/concepts.md, limits). */
export const MAX_RUNNERS = 1000;
export const MAX_LABELS = 32;
export const MAX_TAINTS = 16;
/** So many taints a verdict names. */
export const MAX_VERDICT_KEYS = 3;
export const PAST_INCARNATIONS = 16;

export const Status = z.enum(['pending', 'active', 'silent']);
export const Role = z.enum(['leader', 'standby', 'revoked', 'superseded']);
export const Strategy = z.enum(['oldest', 'priority']);
export const Failback = z.enum(['never', 'always']);
export const Failover = z.enum(['lease', 'fenced']);
export const TaintEffect = z.enum(TAINT_EFFECTS);
export const Evidence = z.enum(['silence', 'connection-lost', 'superseded']);

export const EndCause = z.enum([
  'heartbeat-missed',
  'resigned',
  'released',
  'lease-expired',
  'deregistered',
  'superseded',
  'fenced',
  'forced',
]);
export const RevokeCause = z.enum([
  'tainted',
  'pinned',
  'transfer',
  'failback',
  'superseded',
  'deregistered',
  'drained',
  'log-accepted',
]);
export const ElectCause = z.enum([
  ...EndCause.options,
  'runner-activated',
  'untainted',
  'pinned',
  'unpinned',
  'resumed',
  'settings',
  'cooldown-over',
  'log-accepted',
  'reconciled',
]);
export const LiftCause = z.enum(['request', 'expired', 'runner-gone']);

export const PinMode = z.enum(PIN_MODES);
export const Until = z.strictObject({ runnerGone: Id, silentMs: z.int().min(0).optional() });

export const FLAP_PENALTY = 1_000;
/** The last 16 silences are remembered: a threshold above their sum would never be reached. */
export const RECENT_SILENCES = 16;
const MAX_PENALTY = RECENT_SILENCES * FLAP_PENALTY;

/**
 * Flap damping: each silence adds a penalty of {@link FLAP_PENALTY}, which halves every `halfLifeMs`. A runner whose penalty
 * reaches `suppressAt` is not elected until it has decayed to `reuseAt`, or at the latest after `maxSuppressMs`.
 */
export const Damping = z.strictObject({
  halfLifeMs: z.int().min(1_000).max(86_400_000),
  suppressAt: z.int().min(1).max(MAX_PENALTY),
  reuseAt: z.int().min(1).max(MAX_PENALTY),
  maxSuppressMs: z.int().min(1_000).max(86_400_000),
});

/** Settings of a group; all durations in milliseconds. Bounds are docs/concepts.md. `damping` is absent while it is off. */
export const Settings = z.strictObject({
  strategy: Strategy,
  failback: Failback,
  failover: Failover,
  leaseMs: z.int().min(500).max(LEASE_MOST_MS),
  heartbeatMs: z.int().min(50).max(200_000),
  drainMs: z.int().min(0).max(1_800_000),
  damping: Damping.optional(),
  /** How long an order waits for a second person; absent: none is needed. */
  twoPersonMs: z.int().min(60_000).max(604_800_000).optional(),
  /** Fenced: how long nothing may be heard of a leader whose connection broke; absent: {@link DEFAULT_LOSS_CONFIRM_MS}. */
  lossConfirmMs: z.int().min(0).max(10_000).optional(),
});
/**
 * Keeps what it does not name. `twoPersonMs: null` lets one person decide again, `heartbeatMs` and `lossConfirmMs: null`
 * are as by default, `damping: null` turns damping off, `{}` on with what was set before or the defaults.
 */
export const SettingsPatch = z.strictObject({
  ...Settings.partial().shape,
  heartbeatMs: Settings.shape.heartbeatMs.nullish(),
  damping: Damping.partial().nullish(),
  twoPersonMs: Settings.shape.twoPersonMs.unwrap().nullish(),
  lossConfirmMs: Settings.shape.lossConfirmMs.unwrap().nullish(),
});

/** Why nobody followed a leader. */
export const VacancyWhy = z.enum([
  'paused',
  'no-runner',
  'nobody-active',
  'all-tainted',
  'strict-pin',
  'cooling-down',
  'flapping',
  'mixed',
]);
export const VerdictWhy = z.enum([
  'chosen',
  'pending',
  'silent',
  'tainted',
  'pinned-out',
  'cooling-down',
  'flapping',
  'unsettled',
  'prefer-pin',
  'prefer-no-lead',
  'priority',
  'seniority',
]);
/** Why a runner was or was not chosen in one decision (G4). */
export const Verdict = z.strictObject({
  runner: Id,
  incarnation: Uuid,
  eligible: z.boolean(),
  rank: z.int().min(1).nullable(),
  why: VerdictWhy,
  keys: z.array(Id).optional(),
  moreKeys: z.int().min(1).optional(),
  until: Iso.optional(),
});

export type Id = z.infer<typeof Id>;
export type Iso = string;
export type Status = z.infer<typeof Status>;
export type Role = z.infer<typeof Role>;
export type Settings = z.infer<typeof Settings>;
export type Damping = z.infer<typeof Damping>;
export type SettingsPatch = z.infer<typeof SettingsPatch>;
export type TaintEffect = z.infer<typeof TaintEffect>;
export type Until = z.infer<typeof Until>;
export type PinMode = z.infer<typeof PinMode>;
export type Evidence = z.infer<typeof Evidence>;
export type EndCause = z.infer<typeof EndCause>;
export type RevokeCause = z.infer<typeof RevokeCause>;
export type ElectCause = z.infer<typeof ElectCause>;
export type LiftCause = z.infer<typeof LiftCause>;
export type Verdict = z.infer<typeof Verdict>;
export type VacancyWhy = z.infer<typeof VacancyWhy>;

/** How long a runner must be away before `until: {runnerGone}` counts it as gone, if nothing else is said. */
export const GONE_AFTER_MS = 600_000;
