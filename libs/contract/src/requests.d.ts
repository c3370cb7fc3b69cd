import { z } from 'zod';
export declare const GroupPath: z.ZodObject<{ g: z.ZodString }, z.core.$strip>;
export type GroupPath = z.infer<typeof GroupPath>;
export declare const RunnerPath: z.ZodObject<{ g: z.ZodString; r: z.ZodString }, z.core.$strip>;
export type RunnerPath = z.infer<typeof RunnerPath>;
export declare const TaintPath: z.ZodObject<{ g: z.ZodString; r: z.ZodString; key: z.ZodString }, z.core.$strip>;
export type TaintPath = z.infer<typeof TaintPath>;
export declare const RegisterBody: z.ZodObject<
  {
    incarnation: z.ZodGUID;
    platform: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    labels: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>>;
    priority: z.ZodOptional<z.ZodInt>;
    ready: z.ZodOptional<z.ZodBoolean>;
    previousExited: z.ZodOptional<z.ZodGUID>;
    reason: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type RegisterBody = z.infer<typeof RegisterBody>;
export declare const HeartbeatBody: z.ZodObject<
  {
    incarnation: z.ZodGUID;
    sequence: z.ZodInt;
    term: z.ZodOptional<z.ZodInt>;
    acked: z.ZodOptional<z.ZodInt>;
    released: z.ZodOptional<z.ZodInt>;
    certificate: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type HeartbeatBody = z.infer<typeof HeartbeatBody>;
export declare const BatchBody: z.ZodObject<
  {
    beats: z.ZodArray<
      z.ZodObject<
        {
          incarnation: z.ZodGUID;
          sequence: z.ZodInt;
          term: z.ZodOptional<z.ZodInt>;
          acked: z.ZodOptional<z.ZodInt>;
          released: z.ZodOptional<z.ZodInt>;
          certificate: z.ZodOptional<z.ZodString>;
          group: z.ZodString;
          runner: z.ZodString;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type BatchBody = z.infer<typeof BatchBody>;
export declare const ReleaseBody: z.ZodObject<
  {
    incarnation: z.ZodGUID;
    term: z.ZodInt;
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
    certificate: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type ReleaseBody = z.infer<typeof ReleaseBody>;
export declare const ResignBody: z.ZodObject<
  {
    incarnation: z.ZodGUID;
    term: z.ZodInt;
    cooldownMs: z.ZodOptional<z.ZodInt>;
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
  },
  z.core.$strict
>;
export type ResignBody = z.infer<typeof ResignBody>;
export declare const AcceptBody: z.ZodObject<{ reason: z.ZodString; digest: z.ZodOptional<z.ZodString> }, z.core.$strict>;
export type AcceptBody = z.infer<typeof AcceptBody>;
export declare const EvidenceBody: z.ZodObject<{ group: z.ZodString; certificate: z.ZodString }, z.core.$strict>;
export type EvidenceBody = z.infer<typeof EvidenceBody>;
export declare const SettingsBody: z.ZodObject<
  {
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
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
export type SettingsBody = z.infer<typeof SettingsBody>;
export declare const TaintBody: z.ZodObject<
  {
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
    until: z.ZodOptional<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
    expiresAt: z.ZodOptional<z.ZodISODateTime>;
    ttlMs: z.ZodOptional<z.ZodInt>;
    effect: z.ZodOptional<z.ZodEnum<{ NoLead: 'NoLead'; NoElect: 'NoElect'; PreferNoLead: 'PreferNoLead' }>>;
  },
  z.core.$strict
>;
export type TaintBody = z.infer<typeof TaintBody>;
export declare const PinBody: z.ZodObject<
  {
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
    until: z.ZodOptional<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
    expiresAt: z.ZodOptional<z.ZodISODateTime>;
    ttlMs: z.ZodOptional<z.ZodInt>;
    runner: z.ZodString;
    mode: z.ZodDefault<z.ZodEnum<{ strict: 'strict'; prefer: 'prefer' }>>;
  },
  z.core.$strict
>;
export type PinBody = z.infer<typeof PinBody>;
export declare const PauseBody: z.ZodObject<
  { reason: z.ZodOptional<z.ZodString>; ifTerm: z.ZodOptional<z.ZodInt>; expiresAt: z.ZodOptional<z.ZodISODateTime>; ttlMs: z.ZodOptional<z.ZodInt> },
  z.core.$strict
>;
export type PauseBody = z.infer<typeof PauseBody>;
export declare const TransferBody: z.ZodObject<
  {
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodInt>;
    to: z.ZodOptional<z.ZodString>;
    force: z.ZodOptional<z.ZodBoolean>;
    deadlineMs: z.ZodOptional<z.ZodInt>;
  },
  z.core.$strict
>;
export type TransferBody = z.infer<typeof TransferBody>;
export declare const ForgiveBody: z.ZodObject<{ reason: z.ZodOptional<z.ZodString>; ifTerm: z.ZodOptional<z.ZodInt> }, z.core.$strict>;
export type ForgiveBody = z.infer<typeof ForgiveBody>;
export declare const DryRunQuery: z.ZodObject<{ dryRun: z.ZodDefault<z.ZodEnum<{ true: 'true'; false: 'false' }>> }, z.core.$strict>;
export type DryRunQuery = z.infer<typeof DryRunQuery>;
export declare const WriteQuery: z.ZodObject<
  {
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodCoercedNumber<unknown>>;
    dryRun: z.ZodDefault<z.ZodEnum<{ true: 'true'; false: 'false' }>>;
  },
  z.core.$strict
>;
export type WriteQuery = z.infer<typeof WriteQuery>;
export declare const DeregisterQuery: z.ZodObject<
  {
    incarnation: z.ZodOptional<z.ZodGUID>;
    reason: z.ZodOptional<z.ZodString>;
    ifTerm: z.ZodOptional<z.ZodCoercedNumber<unknown>>;
    dryRun: z.ZodDefault<z.ZodEnum<{ true: 'true'; false: 'false' }>>;
  },
  z.core.$strict
>;
export type DeregisterQuery = z.infer<typeof DeregisterQuery>;
export declare const ReadQuery: z.ZodObject<{ atLeast: z.ZodOptional<z.ZodString> }, z.core.$strict>;
export type ReadQuery = z.infer<typeof ReadQuery>;
export declare const PageQuery: z.ZodObject<
  { atLeast: z.ZodOptional<z.ZodString>; after: z.ZodOptional<z.ZodString>; limit: z.ZodDefault<z.ZodCoercedNumber<unknown>> },
  z.core.$strict
>;
export type PageQuery = z.infer<typeof PageQuery>;
export declare const LeaderQuery: z.ZodObject<
  {
    atLeast: z.ZodOptional<z.ZodString>;
    afterTerm: z.ZodOptional<z.ZodCoercedNumber<unknown>>;
    afterVersion: z.ZodOptional<z.ZodCoercedNumber<unknown>>;
    waitMs: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
  },
  z.core.$strict
>;
export type LeaderQuery = z.infer<typeof LeaderQuery>;
export declare const FenceQuery: z.ZodObject<
  { runner: z.ZodString; term: z.ZodCoercedNumber<unknown>; atLeast: z.ZodOptional<z.ZodString>; certificate: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type FenceQuery = z.infer<typeof FenceQuery>;
export declare const SessionQuery: z.ZodObject<{ incarnation: z.ZodGUID }, z.core.$strict>;
export type SessionQuery = z.infer<typeof SessionQuery>;
export declare const WatchQuery: z.ZodObject<
  { events: z.ZodDefault<z.ZodEnum<{ true: 'true'; false: 'false' }>>; atLeast: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type WatchQuery = z.infer<typeof WatchQuery>;
//# sourceMappingURL=requests.d.ts.map
