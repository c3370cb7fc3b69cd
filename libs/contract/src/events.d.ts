import { z } from 'zod';
/** Payload of every event of a group's stream, by stored name. Stored names are for ever (docs/concepts.md, docs/http.md). */
export declare const EventData: {
  readonly GroupConfigured: z.ZodObject<
    {
      settings: z.ZodObject<
        {
          strategy: z.ZodEnum<{ oldest: 'oldest'; priority: 'priority' }>;
          failback: z.ZodEnum<{ never: 'never'; always: 'always' }>;
          failover: z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>;
          leaseMs: z.ZodInt;
          heartbeatMs: z.ZodInt;
          drainMs: z.ZodInt;
          damping: z.ZodOptional<
            z.ZodObject<{ halfLifeMs: z.ZodInt; suppressAt: z.ZodInt; reuseAt: z.ZodInt; maxSuppressMs: z.ZodInt }, z.core.$strict>
          >;
        },
        z.core.$strict
      >;
      previous: z.ZodNullable<
        z.ZodObject<
          {
            strategy: z.ZodEnum<{ oldest: 'oldest'; priority: 'priority' }>;
            failback: z.ZodEnum<{ never: 'never'; always: 'always' }>;
            failover: z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>;
            leaseMs: z.ZodInt;
            heartbeatMs: z.ZodInt;
            drainMs: z.ZodInt;
            damping: z.ZodOptional<
              z.ZodObject<{ halfLifeMs: z.ZodInt; suppressAt: z.ZodInt; reuseAt: z.ZodInt; maxSuppressMs: z.ZodInt }, z.core.$strict>
            >;
          },
          z.core.$strict
        >
      >;
    },
    z.core.$strip
  >;
  readonly RunnerRegistered: z.ZodObject<
    {
      seniority: z.ZodInt;
      ready: z.ZodBoolean;
      platform: z.ZodNullable<z.ZodString>;
      labels: z.ZodRecord<z.ZodString, z.ZodString>;
      priority: z.ZodInt;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
    },
    z.core.$strip
  >;
  readonly RunnerRestarted: z.ZodObject<
    {
      ready: z.ZodBoolean;
      platform: z.ZodNullable<z.ZodString>;
      labels: z.ZodRecord<z.ZodString, z.ZodString>;
      priority: z.ZodInt;
      previousIncarnation: z.ZodGUID;
      previousExited: z.ZodBoolean;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
    },
    z.core.$strip
  >;
  readonly RunnerUpdated: z.ZodObject<
    { platform: z.ZodNullable<z.ZodString>; labels: z.ZodRecord<z.ZodString, z.ZodString>; priority: z.ZodInt; runner: z.ZodString },
    z.core.$strip
  >;
  readonly RunnerActivated: z.ZodObject<
    { lastSeenAt: z.ZodNullable<z.ZodISODateTime>; silentMs: z.ZodNullable<z.ZodInt>; runner: z.ZodString; incarnation: z.ZodGUID },
    z.core.$strip
  >;
  readonly HeartbeatMissed: z.ZodObject<
    {
      evidence: z.ZodEnum<{ superseded: 'superseded'; silence: 'silence'; 'connection-lost': 'connection-lost' }>;
      lastSeenAt: z.ZodNullable<z.ZodISODateTime>;
      silentMs: z.ZodInt;
      leaseMs: z.ZodInt;
      deafMs: z.ZodInt;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
    },
    z.core.$strip
  >;
  readonly RunnerDeregistered: z.ZodObject<
    { by: z.ZodEnum<{ runner: 'runner'; operator: 'operator' }>; runner: z.ZodString; incarnation: z.ZodGUID },
    z.core.$strip
  >;
  readonly RunnerTainted: z.ZodObject<
    {
      runner: z.ZodString;
      taint: z.ZodObject<
        {
          key: z.ZodString;
          effect: z.ZodEnum<{ NoLead: 'NoLead'; NoElect: 'NoElect'; PreferNoLead: 'PreferNoLead' }>;
          expiresAt: z.ZodNullable<z.ZodISODateTime>;
          until: z.ZodNullable<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
        },
        z.core.$strip
      >;
      replaces: z.ZodBoolean;
    },
    z.core.$strip
  >;
  readonly RunnerUntainted: z.ZodObject<
    { runner: z.ZodString; key: z.ZodString; cause: z.ZodEnum<{ request: 'request'; expired: 'expired'; 'runner-gone': 'runner-gone' }> },
    z.core.$strip
  >;
  readonly LeaderPinned: z.ZodObject<
    {
      runner: z.ZodString;
      mode: z.ZodEnum<{ strict: 'strict'; prefer: 'prefer' }>;
      expiresAt: z.ZodNullable<z.ZodISODateTime>;
      until: z.ZodNullable<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
    },
    z.core.$strip
  >;
  readonly LeaderUnpinned: z.ZodObject<
    {
      runner: z.ZodString;
      mode: z.ZodEnum<{ strict: 'strict'; prefer: 'prefer' }>;
      cause: z.ZodEnum<{ request: 'request'; expired: 'expired'; 'runner-gone': 'runner-gone' }>;
    },
    z.core.$strip
  >;
  readonly ElectionsPaused: z.ZodObject<{ expiresAt: z.ZodNullable<z.ZodISODateTime> }, z.core.$strip>;
  readonly ElectionsResumed: z.ZodObject<
    { cause: z.ZodEnum<{ request: 'request'; expired: 'expired'; 'runner-gone': 'runner-gone' }> },
    z.core.$strip
  >;
  readonly TransferRequested: z.ZodObject<
    {
      transfer: z.ZodGUID;
      term: z.ZodInt;
      from: z.ZodString;
      to: z.ZodNullable<z.ZodString>;
      force: z.ZodBoolean;
      deadline: z.ZodNullable<z.ZodISODateTime>;
    },
    z.core.$strip
  >;
  readonly TransferEnded: z.ZodObject<
    {
      transfer: z.ZodGUID;
      outcome: z.ZodEnum<{ expired: 'expired'; completed: 'completed'; aborted: 'aborted' }>;
      why: z.ZodNullable<z.ZodString>;
      leader: z.ZodNullable<z.ZodString>;
    },
    z.core.$strip
  >;
  readonly RunnerForgiven: z.ZodObject<{ runner: z.ZodString }, z.core.$strip>;
  readonly LeaderElected: z.ZodObject<
    {
      cause: z.ZodEnum<{
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
      previous: z.ZodNullable<z.ZodObject<{ runner: z.ZodString; term: z.ZodInt }, z.core.$strip>>;
      leaseMs: z.ZodInt;
      failover: z.ZodEnum<{ lease: 'lease'; fenced: 'fenced' }>;
      verdicts: z.ZodArray<
        z.ZodObject<
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
        >
      >;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
      term: z.ZodInt;
    },
    z.core.$strip
  >;
  readonly LeadershipRevoked: z.ZodObject<
    {
      cause: z.ZodEnum<{
        superseded: 'superseded';
        deregistered: 'deregistered';
        tainted: 'tainted';
        pinned: 'pinned';
        transfer: 'transfer';
        failback: 'failback';
        'log-accepted': 'log-accepted';
      }>;
      successor: z.ZodNullable<z.ZodString>;
      verdicts: z.ZodArray<
        z.ZodObject<
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
        >
      >;
      key: z.ZodOptional<z.ZodString>;
      transfer: z.ZodOptional<z.ZodGUID>;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
      term: z.ZodInt;
    },
    z.core.$strip
  >;
  readonly LeadershipEnded: z.ZodObject<
    {
      cause: z.ZodEnum<{
        superseded: 'superseded';
        fenced: 'fenced';
        'heartbeat-missed': 'heartbeat-missed';
        resigned: 'resigned';
        released: 'released';
        'lease-expired': 'lease-expired';
        deregistered: 'deregistered';
        forced: 'forced';
      }>;
      cooldownUntil: z.ZodNullable<z.ZodISODateTime>;
      runner: z.ZodString;
      incarnation: z.ZodGUID;
      term: z.ZodInt;
    },
    z.core.$strip
  >;
  /** The log had lost what was known of this group (a restored backup); an operator took it as it is. Terms go on above both (G1). */
  readonly LogAccepted: z.ZodObject<{ knownTerm: z.ZodInt; knownVersion: z.ZodInt; foundTerm: z.ZodInt; foundVersion: z.ZodInt }, z.core.$strip>;
  readonly GroupLeaderless: z.ZodObject<
    {
      afterTerm: z.ZodInt;
      cause: z.ZodEnum<{
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
      paused: z.ZodBoolean;
      verdicts: z.ZodArray<
        z.ZodObject<
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
        >
      >;
    },
    z.core.$strip
  >;
};
/** Version of the stored form; a newer one is not read by an older server. */
export declare const STORED_FORM = 1;
/** Place of an event in its append: what one command wrote is one change, and every reader must know where it ends. */
export declare const Part: z.ZodObject<{ index: z.ZodInt; of: z.ZodInt }, z.core.$strip>;
/** What stands beside every payload: who, when, why, and the hash that chains the stream (tamper evidence). */
export declare const Envelope: z.ZodObject<
  {
    v: z.ZodLiteral<1>;
    id: z.ZodGUID;
    part: z.ZodObject<{ index: z.ZodInt; of: z.ZodInt }, z.core.$strip>;
    at: z.ZodISODateTime;
    actor: z.ZodString;
    reason: z.ZodNullable<z.ZodString>;
    commandId: z.ZodGUID;
    requestHash: z.ZodString;
    correlationId: z.ZodString;
    instance: z.ZodGUID;
    command: z.ZodOptional<z.ZodObject<{ type: z.ZodString }, z.core.$loose>>;
    hash: z.ZodString;
  },
  z.core.$strip
>;
export type Envelope = z.infer<typeof Envelope>;
//# sourceMappingURL=events.d.ts.map
