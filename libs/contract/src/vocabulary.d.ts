import { z } from 'zod';
/** Runner ids, group ids and taint keys share one pattern (docs/concepts.md). */
export declare const ID_PATTERN: RegExp;
export declare const Id: z.ZodString;
/** Any 8-4-4-4-12 hex id: a supervisor may name incarnations by its own scheme. */
export declare const Uuid: z.ZodGUID;
export declare const Iso: z.ZodISODateTime;
export declare const Reason: z.ZodString;
export declare const Labels: z.ZodRecord<z.ZodString, z.ZodString>;
export declare const Platform: z.ZodString;
export declare const Term: z.ZodInt;
export declare const MAX_RUNNERS = 1000;
export declare const PAST_INCARNATIONS = 16;
export declare const Status: z.ZodEnum<{ pending: 'pending'; active: 'active'; silent: 'silent' }>;
export declare const Role: z.ZodEnum<{ leader: 'leader'; standby: 'standby'; revoked: 'revoked'; superseded: 'superseded' }>;
export declare const Strategy: z.ZodEnum<{ oldest: 'oldest'; priority: 'priority' }>;
export declare const Failback: z.ZodEnum<{ never: 'never'; always: 'always' }>;
export declare const Failover: z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>;
export declare const TaintEffect: z.ZodEnum<{ NoLead: 'NoLead'; NoElect: 'NoElect'; PreferNoLead: 'PreferNoLead' }>;
export declare const Evidence: z.ZodEnum<{ superseded: 'superseded'; silence: 'silence'; 'connection-lost': 'connection-lost' }>;
export declare const EndCause: z.ZodEnum<{
  superseded: 'superseded';
  fenced: 'fenced';
  'heartbeat-missed': 'heartbeat-missed';
  resigned: 'resigned';
  released: 'released';
  'lease-expired': 'lease-expired';
  deregistered: 'deregistered';
  forced: 'forced';
}>;
export declare const RevokeCause: z.ZodEnum<{
  superseded: 'superseded';
  deregistered: 'deregistered';
  tainted: 'tainted';
  pinned: 'pinned';
  transfer: 'transfer';
  failback: 'failback';
  'log-accepted': 'log-accepted';
}>;
export declare const ElectCause: z.ZodEnum<{
  superseded: 'superseded';
  fenced: 'fenced';
  'heartbeat-missed': 'heartbeat-missed';
  resigned: 'resigned';
  released: 'released';
  'lease-expired': 'lease-expired';
  deregistered: 'deregistered';
  forced: 'forced';
  pinned: 'pinned';
  'log-accepted': 'log-accepted';
  'runner-activated': 'runner-activated';
  untainted: 'untainted';
  unpinned: 'unpinned';
  resumed: 'resumed';
  settings: 'settings';
  'cooldown-over': 'cooldown-over';
  reconciled: 'reconciled';
}>;
export declare const LiftCause: z.ZodEnum<{ request: 'request'; expired: 'expired'; 'runner-gone': 'runner-gone' }>;
export declare const PinMode: z.ZodEnum<{ strict: 'strict'; prefer: 'prefer' }>;
export declare const Until: z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>;
export declare const FLAP_PENALTY = 1000;
/** The last 16 silences are remembered: a threshold above their sum would never be reached. */
export declare const RECENT_SILENCES = 16;
/**
 * Flap damping: each silence adds a penalty of {@link FLAP_PENALTY}, which halves every `halfLifeMs`. A runner whose
 * penalty reaches `suppressAt` is not elected until it has decayed to `reuseAt`, or at the latest after `maxSuppressMs`.
 */
export declare const Damping: z.ZodObject<{ halfLifeMs: z.ZodInt; suppressAt: z.ZodInt; reuseAt: z.ZodInt; maxSuppressMs: z.ZodInt }, z.core.$strict>;
/** Settings of a group; all durations in milliseconds. Bounds are docs/concepts.md. `damping` is absent while it is off. */
export declare const Settings: z.ZodObject<
  {
    strategy: z.ZodEnum<{ oldest: 'oldest'; priority: 'priority' }>;
    failback: z.ZodEnum<{ never: 'never'; always: 'always' }>;
    failover: z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>;
    leaseMs: z.ZodInt;
    heartbeatMs: z.ZodInt;
    drainMs: z.ZodInt;
    damping: z.ZodOptional<z.ZodObject<{ halfLifeMs: z.ZodInt; suppressAt: z.ZodInt; reuseAt: z.ZodInt; maxSuppressMs: z.ZodInt }, z.core.$strict>>;
  },
  z.core.$strict
>;
/** Keeps what it does not name. `damping: null` turns damping off, `{}` on with what was set before or the defaults. */
export declare const SettingsPatch: z.ZodObject<
  {
    damping: z.ZodOptional<
      z.ZodNullable<
        z.ZodObject<
          {
            halfLifeMs: z.ZodOptional<z.ZodInt>;
            suppressAt: z.ZodOptional<z.ZodInt>;
            reuseAt: z.ZodOptional<z.ZodInt>;
            maxSuppressMs: z.ZodOptional<z.ZodInt>;
          },
          z.core.$strict
        >
      >
    >;
    strategy: z.ZodOptional<z.ZodEnum<{ oldest: 'oldest'; priority: 'priority' }>>;
    failback: z.ZodOptional<z.ZodEnum<{ never: 'never'; always: 'always' }>>;
    failover: z.ZodOptional<z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>>;
    leaseMs: z.ZodOptional<z.ZodInt>;
    heartbeatMs: z.ZodOptional<z.ZodInt>;
    drainMs: z.ZodOptional<z.ZodInt>;
  },
  z.core.$strict
>;
export declare const VerdictWhy: z.ZodEnum<{
  pending: 'pending';
  silent: 'silent';
  priority: 'priority';
  tainted: 'tainted';
  chosen: 'chosen';
  'pinned-out': 'pinned-out';
  'cooling-down': 'cooling-down';
  flapping: 'flapping';
  unsettled: 'unsettled';
  'prefer-pin': 'prefer-pin';
  'prefer-no-lead': 'prefer-no-lead';
  seniority: 'seniority';
}>;
/** Why a runner was or was not chosen in one decision (G4). */
export declare const Verdict: z.ZodObject<
  {
    runner: z.ZodString;
    incarnation: z.ZodGUID;
    eligible: z.ZodBoolean;
    rank: z.ZodNullable<z.ZodInt>;
    why: z.ZodEnum<{
      pending: 'pending';
      silent: 'silent';
      priority: 'priority';
      tainted: 'tainted';
      chosen: 'chosen';
      'pinned-out': 'pinned-out';
      'cooling-down': 'cooling-down';
      flapping: 'flapping';
      unsettled: 'unsettled';
      'prefer-pin': 'prefer-pin';
      'prefer-no-lead': 'prefer-no-lead';
      seniority: 'seniority';
    }>;
    keys: z.ZodOptional<z.ZodArray<z.ZodString>>;
    until: z.ZodOptional<z.ZodISODateTime>;
  },
  z.core.$strict
>;
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
/** How long a runner must be away before `until: {runnerGone}` counts it as gone, if nothing else is said. */
export declare const GONE_AFTER_MS = 600000;
export declare const DEFAULT_SETTINGS: Settings;
/** The values that routers use for routes: the third silence within a quarter of an hour suppresses. */
export declare const DEFAULT_DAMPING: Damping;
//# sourceMappingURL=vocabulary.d.ts.map
