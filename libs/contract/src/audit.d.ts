import { z } from 'zod';
export declare const AsOfQuery: z.ZodObject<
  { time: z.ZodOptional<z.ZodISODateTime>; version: z.ZodOptional<z.ZodCoercedNumber<unknown>>; atLeast: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type AsOfQuery = z.infer<typeof AsOfQuery>;
export declare const AllAtQuery: z.ZodObject<
  {
    time: z.ZodISODateTime;
    after: z.ZodOptional<z.ZodString>;
    limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
    atLeast: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type AllAtQuery = z.infer<typeof AllAtQuery>;
export declare const ElectionPath: z.ZodObject<{ g: z.ZodString; term: z.ZodCoercedNumber<unknown> }, z.core.$strip>;
export type ElectionPath = z.infer<typeof ElectionPath>;
export declare const TermsQuery: z.ZodObject<
  { from: z.ZodDefault<z.ZodCoercedNumber<unknown>>; limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>; atLeast: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type TermsQuery = z.infer<typeof TermsQuery>;
export declare const ExplainQuery: z.ZodObject<{ runner: z.ZodOptional<z.ZodString>; atLeast: z.ZodOptional<z.ZodString> }, z.core.$strict>;
export type ExplainQuery = z.infer<typeof ExplainQuery>;
export declare const TenuresQuery: z.ZodObject<
  {
    since: z.ZodOptional<z.ZodISODateTime>;
    until: z.ZodOptional<z.ZodISODateTime>;
    from: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
    limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
    atLeast: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type TenuresQuery = z.infer<typeof TenuresQuery>;
export declare const AllTenuresQuery: z.ZodObject<
  { since: z.ZodOptional<z.ZodISODateTime>; until: z.ZodOptional<z.ZodISODateTime>; atLeast: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type AllTenuresQuery = z.infer<typeof AllTenuresQuery>;
export declare const EvidenceQuery: z.ZodObject<
  { since: z.ZodOptional<z.ZodISODateTime>; until: z.ZodOptional<z.ZodISODateTime>; atLeast: z.ZodOptional<z.ZodString> },
  z.core.$strict
>;
export type EvidenceQuery = z.infer<typeof EvidenceQuery>;
export declare const HistoryQuery: z.ZodObject<
  {
    follow: z.ZodDefault<z.ZodEnum<{ true: 'true'; false: 'false' }>>;
    since: z.ZodOptional<z.ZodISODateTime>;
    until: z.ZodOptional<z.ZodISODateTime>;
    from: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
    to: z.ZodOptional<z.ZodCoercedNumber<unknown>>;
    limit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
    type: z.ZodOptional<z.ZodString>;
    runner: z.ZodOptional<z.ZodString>;
    actor: z.ZodOptional<z.ZodString>;
    atLeast: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type HistoryQuery = z.infer<typeof HistoryQuery>;
export declare const WhatIfBody: z.ZodObject<
  {
    settings: z.ZodObject<
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
    from: z.ZodOptional<z.ZodISODateTime>;
    to: z.ZodOptional<z.ZodISODateTime>;
  },
  z.core.$strict
>;
export type WhatIfBody = z.infer<typeof WhatIfBody>;
export declare const HistoryEventReply: z.ZodObject<
  {
    words: z.ZodString;
    position: z.ZodString;
    meta: z.ZodObject<
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
      z.core.$strict
    >;
    group: z.ZodString;
    version: z.ZodInt;
    type: z.ZodEnum<{
      GroupConfigured: 'GroupConfigured';
      RunnerRegistered: 'RunnerRegistered';
      RunnerRestarted: 'RunnerRestarted';
      RunnerUpdated: 'RunnerUpdated';
      RunnerActivated: 'RunnerActivated';
      HeartbeatMissed: 'HeartbeatMissed';
      RunnerDeregistered: 'RunnerDeregistered';
      RunnerTainted: 'RunnerTainted';
      RunnerUntainted: 'RunnerUntainted';
      LeaderPinned: 'LeaderPinned';
      LeaderUnpinned: 'LeaderUnpinned';
      ElectionsPaused: 'ElectionsPaused';
      ElectionsResumed: 'ElectionsResumed';
      TransferRequested: 'TransferRequested';
      TransferEnded: 'TransferEnded';
      RunnerForgiven: 'RunnerForgiven';
      LeaderElected: 'LeaderElected';
      LeadershipRevoked: 'LeadershipRevoked';
      LeadershipEnded: 'LeadershipEnded';
      LogAccepted: 'LogAccepted';
      GroupLeaderless: 'GroupLeaderless';
    }>;
    data: z.ZodRecord<z.ZodString, z.ZodUnknown>;
  },
  z.core.$strict
>;
export type HistoryEventReply = z.infer<typeof HistoryEventReply>;
export declare const HistoryPage: z.ZodObject<
  {
    events: z.ZodArray<
      z.ZodObject<
        {
          words: z.ZodString;
          position: z.ZodString;
          meta: z.ZodObject<
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
            z.core.$strict
          >;
          group: z.ZodString;
          version: z.ZodInt;
          type: z.ZodEnum<{
            GroupConfigured: 'GroupConfigured';
            RunnerRegistered: 'RunnerRegistered';
            RunnerRestarted: 'RunnerRestarted';
            RunnerUpdated: 'RunnerUpdated';
            RunnerActivated: 'RunnerActivated';
            HeartbeatMissed: 'HeartbeatMissed';
            RunnerDeregistered: 'RunnerDeregistered';
            RunnerTainted: 'RunnerTainted';
            RunnerUntainted: 'RunnerUntainted';
            LeaderPinned: 'LeaderPinned';
            LeaderUnpinned: 'LeaderUnpinned';
            ElectionsPaused: 'ElectionsPaused';
            ElectionsResumed: 'ElectionsResumed';
            TransferRequested: 'TransferRequested';
            TransferEnded: 'TransferEnded';
            RunnerForgiven: 'RunnerForgiven';
            LeaderElected: 'LeaderElected';
            LeadershipRevoked: 'LeadershipRevoked';
            LeadershipEnded: 'LeadershipEnded';
            LogAccepted: 'LogAccepted';
            GroupLeaderless: 'GroupLeaderless';
          }>;
          data: z.ZodRecord<z.ZodString, z.ZodUnknown>;
        },
        z.core.$strict
      >
    >;
    next: z.ZodNullable<z.ZodInt>;
    version: z.ZodInt;
    position: z.ZodString;
  },
  z.core.$strict
>;
export type HistoryPage = z.infer<typeof HistoryPage>;
export declare const AsOfReply: z.ZodObject<
  {
    at: z.ZodISODateTime;
    version: z.ZodInt;
    group: z.ZodObject<
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
        pin: z.ZodNullable<
          z.ZodObject<
            {
              runner: z.ZodString;
              mode: z.ZodEnum<{ strict: 'strict'; prefer: 'prefer' }>;
              reason: z.ZodNullable<z.ZodString>;
              actor: z.ZodString;
              since: z.ZodISODateTime;
              expiresAt: z.ZodNullable<z.ZodISODateTime>;
              until: z.ZodNullable<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
            },
            z.core.$strict
          >
        >;
        pause: z.ZodNullable<
          z.ZodObject<
            { reason: z.ZodNullable<z.ZodString>; actor: z.ZodString; since: z.ZodISODateTime; expiresAt: z.ZodNullable<z.ZodISODateTime> },
            z.core.$strict
          >
        >;
        runners: z.ZodObject<{ pending: z.ZodInt; active: z.ZodInt; silent: z.ZodInt }, z.core.$strict>;
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
        createdAt: z.ZodISODateTime;
        group: z.ZodString;
        state: z.ZodEnum<{ paused: 'paused'; led: 'led'; handover: 'handover'; leaderless: 'leaderless' }>;
        paused: z.ZodBoolean;
        term: z.ZodInt;
        leader: z.ZodNullable<
          z.ZodObject<
            {
              runner: z.ZodString;
              incarnation: z.ZodGUID;
              since: z.ZodISODateTime;
              platform: z.ZodNullable<z.ZodString>;
              labels: z.ZodRecord<z.ZodString, z.ZodString>;
            },
            z.core.$strict
          >
        >;
        successor: z.ZodNullable<z.ZodString>;
        why: z.ZodNullable<z.ZodString>;
        version: z.ZodInt;
        position: z.ZodString;
      },
      z.core.$strict
    >;
    runners: z.ZodArray<
      z.ZodObject<
        {
          group: z.ZodString;
          runner: z.ZodString;
          incarnation: z.ZodGUID;
          status: z.ZodEnum<{ pending: 'pending'; active: 'active'; silent: 'silent' }>;
          role: z.ZodEnum<{ leader: 'leader'; standby: 'standby'; revoked: 'revoked'; superseded: 'superseded' }>;
          platform: z.ZodNullable<z.ZodString>;
          labels: z.ZodRecord<z.ZodString, z.ZodString>;
          priority: z.ZodInt;
          seniority: z.ZodInt;
          registeredAt: z.ZodISODateTime;
          lastSeenAt: z.ZodNullable<z.ZodISODateTime>;
          taints: z.ZodArray<
            z.ZodObject<
              {
                key: z.ZodString;
                effect: z.ZodEnum<{ NoLead: 'NoLead'; NoElect: 'NoElect'; PreferNoLead: 'PreferNoLead' }>;
                reason: z.ZodNullable<z.ZodString>;
                actor: z.ZodString;
                since: z.ZodISODateTime;
                expiresAt: z.ZodNullable<z.ZodISODateTime>;
                until: z.ZodNullable<z.ZodObject<{ runnerGone: z.ZodString; silentMs: z.ZodOptional<z.ZodInt> }, z.core.$strict>>;
              },
              z.core.$strict
            >
          >;
        },
        z.core.$strict
      >
    >;
    decidedBy: z.ZodNullable<
      z.ZodObject<
        {
          position: z.ZodString;
          meta: z.ZodObject<
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
            z.core.$strict
          >;
          group: z.ZodString;
          version: z.ZodInt;
          type: z.ZodEnum<{
            GroupConfigured: 'GroupConfigured';
            RunnerRegistered: 'RunnerRegistered';
            RunnerRestarted: 'RunnerRestarted';
            RunnerUpdated: 'RunnerUpdated';
            RunnerActivated: 'RunnerActivated';
            HeartbeatMissed: 'HeartbeatMissed';
            RunnerDeregistered: 'RunnerDeregistered';
            RunnerTainted: 'RunnerTainted';
            RunnerUntainted: 'RunnerUntainted';
            LeaderPinned: 'LeaderPinned';
            LeaderUnpinned: 'LeaderUnpinned';
            ElectionsPaused: 'ElectionsPaused';
            ElectionsResumed: 'ElectionsResumed';
            TransferRequested: 'TransferRequested';
            TransferEnded: 'TransferEnded';
            RunnerForgiven: 'RunnerForgiven';
            LeaderElected: 'LeaderElected';
            LeadershipRevoked: 'LeadershipRevoked';
            LeadershipEnded: 'LeadershipEnded';
            LogAccepted: 'LogAccepted';
            GroupLeaderless: 'GroupLeaderless';
          }>;
          data: z.ZodRecord<z.ZodString, z.ZodUnknown>;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type AsOfReply = z.infer<typeof AsOfReply>;
export declare const GroupsAtPage: z.ZodObject<
  {
    at: z.ZodISODateTime;
    groups: z.ZodArray<
      z.ZodObject<
        {
          group: z.ZodString;
          state: z.ZodEnum<{ paused: 'paused'; led: 'led'; handover: 'handover'; leaderless: 'leaderless' }>;
          paused: z.ZodBoolean;
          term: z.ZodInt;
          leader: z.ZodNullable<
            z.ZodObject<
              {
                runner: z.ZodString;
                incarnation: z.ZodGUID;
                since: z.ZodISODateTime;
                platform: z.ZodNullable<z.ZodString>;
                labels: z.ZodRecord<z.ZodString, z.ZodString>;
              },
              z.core.$strict
            >
          >;
          successor: z.ZodNullable<z.ZodString>;
          why: z.ZodNullable<z.ZodString>;
          version: z.ZodInt;
          position: z.ZodString;
        },
        z.core.$strict
      >
    >;
    next: z.ZodNullable<z.ZodString>;
  },
  z.core.$strict
>;
export type GroupsAtPage = z.infer<typeof GroupsAtPage>;
export declare const ElectionsPage: z.ZodObject<
  {
    elections: z.ZodArray<
      z.ZodObject<
        {
          term: z.ZodInt;
          runner: z.ZodString;
          incarnation: z.ZodGUID;
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
          at: z.ZodISODateTime;
          actor: z.ZodString;
          reason: z.ZodNullable<z.ZodString>;
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
          endedAt: z.ZodNullable<z.ZodISODateTime>;
          endCause: z.ZodNullable<
            z.ZodEnum<{
              superseded: 'superseded';
              fenced: 'fenced';
              'heartbeat-missed': 'heartbeat-missed';
              resigned: 'resigned';
              released: 'released';
              'lease-expired': 'lease-expired';
              deregistered: 'deregistered';
              forced: 'forced';
            }>
          >;
          words: z.ZodString;
        },
        z.core.$strict
      >
    >;
    next: z.ZodNullable<z.ZodInt>;
  },
  z.core.$strict
>;
export type ElectionsPage = z.infer<typeof ElectionsPage>;
export declare const ElectionReply: z.ZodObject<
  {
    append: z.ZodArray<
      z.ZodObject<
        {
          position: z.ZodString;
          meta: z.ZodObject<
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
            z.core.$strict
          >;
          group: z.ZodString;
          version: z.ZodInt;
          type: z.ZodEnum<{
            GroupConfigured: 'GroupConfigured';
            RunnerRegistered: 'RunnerRegistered';
            RunnerRestarted: 'RunnerRestarted';
            RunnerUpdated: 'RunnerUpdated';
            RunnerActivated: 'RunnerActivated';
            HeartbeatMissed: 'HeartbeatMissed';
            RunnerDeregistered: 'RunnerDeregistered';
            RunnerTainted: 'RunnerTainted';
            RunnerUntainted: 'RunnerUntainted';
            LeaderPinned: 'LeaderPinned';
            LeaderUnpinned: 'LeaderUnpinned';
            ElectionsPaused: 'ElectionsPaused';
            ElectionsResumed: 'ElectionsResumed';
            TransferRequested: 'TransferRequested';
            TransferEnded: 'TransferEnded';
            RunnerForgiven: 'RunnerForgiven';
            LeaderElected: 'LeaderElected';
            LeadershipRevoked: 'LeadershipRevoked';
            LeadershipEnded: 'LeadershipEnded';
            LogAccepted: 'LogAccepted';
            GroupLeaderless: 'GroupLeaderless';
          }>;
          data: z.ZodRecord<z.ZodString, z.ZodUnknown>;
        },
        z.core.$strict
      >
    >;
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
    standings: z.ZodArray<
      z.ZodObject<
        {
          runner: z.ZodString;
          verdict: z.ZodObject<
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
          needs: z.ZodArray<
            z.ZodDiscriminatedUnion<
              [
                z.ZodObject<{ kind: z.ZodLiteral<'resume'> }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'active'> }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'untaint'>; key: z.ZodString }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'unpin'>; runner: z.ZodString }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'wait'>; until: z.ZodISODateTime }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'forgive'>; until: z.ZodISODateTime }, z.core.$strict>,
                z.ZodObject<
                  {
                    kind: z.ZodLiteral<'outrank'>;
                    runner: z.ZodString;
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
                  },
                  z.core.$strict
                >,
                z.ZodObject<{ kind: z.ZodLiteral<'others'>; count: z.ZodInt }, z.core.$strict>,
              ],
              'kind'
            >
          >;
          words: z.ZodString;
        },
        z.core.$strict
      >
    >;
    term: z.ZodInt;
    runner: z.ZodString;
    incarnation: z.ZodGUID;
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
    at: z.ZodISODateTime;
    actor: z.ZodString;
    reason: z.ZodNullable<z.ZodString>;
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
    endedAt: z.ZodNullable<z.ZodISODateTime>;
    endCause: z.ZodNullable<
      z.ZodEnum<{
        superseded: 'superseded';
        fenced: 'fenced';
        'heartbeat-missed': 'heartbeat-missed';
        resigned: 'resigned';
        released: 'released';
        'lease-expired': 'lease-expired';
        deregistered: 'deregistered';
        forced: 'forced';
      }>
    >;
    words: z.ZodString;
  },
  z.core.$strict
>;
export type ElectionReply = z.infer<typeof ElectionReply>;
export declare const ExplanationReply: z.ZodObject<
  {
    group: z.ZodString;
    at: z.ZodISODateTime;
    version: z.ZodInt;
    leader: z.ZodNullable<z.ZodString>;
    term: z.ZodInt;
    words: z.ZodString;
    standings: z.ZodArray<
      z.ZodObject<
        {
          runner: z.ZodString;
          verdict: z.ZodObject<
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
          needs: z.ZodArray<
            z.ZodDiscriminatedUnion<
              [
                z.ZodObject<{ kind: z.ZodLiteral<'resume'> }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'active'> }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'untaint'>; key: z.ZodString }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'unpin'>; runner: z.ZodString }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'wait'>; until: z.ZodISODateTime }, z.core.$strict>,
                z.ZodObject<{ kind: z.ZodLiteral<'forgive'>; until: z.ZodISODateTime }, z.core.$strict>,
                z.ZodObject<
                  {
                    kind: z.ZodLiteral<'outrank'>;
                    runner: z.ZodString;
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
                  },
                  z.core.$strict
                >,
                z.ZodObject<{ kind: z.ZodLiteral<'others'>; count: z.ZodInt }, z.core.$strict>,
              ],
              'kind'
            >
          >;
          words: z.ZodString;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type ExplanationReply = z.infer<typeof ExplanationReply>;
export declare const VerificationReply: z.ZodObject<
  {
    ok: z.ZodBoolean;
    events: z.ZodInt;
    violations: z.ZodArray<z.ZodObject<{ rule: z.ZodString; version: z.ZodInt; recorded: z.ZodUnknown; expected: z.ZodUnknown }, z.core.$strict>>;
    head: z.ZodString;
  },
  z.core.$strict
>;
export type VerificationReply = z.infer<typeof VerificationReply>;
export declare const VerificationsReply: z.ZodObject<
  {
    ok: z.ZodBoolean;
    events: z.ZodInt;
    groups: z.ZodArray<
      z.ZodObject<
        {
          ok: z.ZodBoolean;
          events: z.ZodInt;
          violations: z.ZodArray<
            z.ZodObject<{ rule: z.ZodString; version: z.ZodInt; recorded: z.ZodUnknown; expected: z.ZodUnknown }, z.core.$strict>
          >;
          head: z.ZodString;
          group: z.ZodString;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type VerificationsReply = z.infer<typeof VerificationsReply>;
export declare const TenuresPage: z.ZodObject<
  {
    tenures: z.ZodArray<
      z.ZodObject<
        {
          term: z.ZodInt;
          runner: z.ZodString;
          from: z.ZodISODateTime;
          to: z.ZodNullable<z.ZodISODateTime>;
          ms: z.ZodNullable<z.ZodInt>;
          handoverMs: z.ZodNullable<z.ZodInt>;
          endCause: z.ZodNullable<
            z.ZodEnum<{
              superseded: 'superseded';
              fenced: 'fenced';
              'heartbeat-missed': 'heartbeat-missed';
              resigned: 'resigned';
              released: 'released';
              'lease-expired': 'lease-expired';
              deregistered: 'deregistered';
              forced: 'forced';
            }>
          >;
          silentMs: z.ZodNullable<z.ZodInt>;
          leaderlessAfterMs: z.ZodNullable<z.ZodInt>;
          lostTerms: z.ZodInt;
        },
        z.core.$strict
      >
    >;
    next: z.ZodNullable<z.ZodInt>;
    availability: z.ZodObject<
      {
        from: z.ZodISODateTime;
        to: z.ZodISODateTime;
        terms: z.ZodInt;
        changes: z.ZodInt;
        changesPerDay: z.ZodNumber;
        ledMs: z.ZodInt;
        leaderlessMs: z.ZodInt;
        leaderlessByCause: z.ZodRecord<
          z.ZodEnum<{
            superseded: 'superseded';
            fenced: 'fenced';
            'heartbeat-missed': 'heartbeat-missed';
            resigned: 'resigned';
            released: 'released';
            'lease-expired': 'lease-expired';
            deregistered: 'deregistered';
            forced: 'forced';
          }> &
            z.core.$partial,
          z.ZodInt
        >;
        ledShare: z.ZodNullable<z.ZodNumber>;
        recovery: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
        handover: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
      },
      z.core.$strict
    >;
  },
  z.core.$strict
>;
export type TenuresPage = z.infer<typeof TenuresPage>;
export declare const AllTenuresReply: z.ZodObject<
  {
    total: z.ZodObject<
      {
        from: z.ZodISODateTime;
        to: z.ZodISODateTime;
        terms: z.ZodInt;
        changes: z.ZodInt;
        changesPerDay: z.ZodNumber;
        ledMs: z.ZodInt;
        leaderlessMs: z.ZodInt;
        leaderlessByCause: z.ZodRecord<
          z.ZodEnum<{
            superseded: 'superseded';
            fenced: 'fenced';
            'heartbeat-missed': 'heartbeat-missed';
            resigned: 'resigned';
            released: 'released';
            'lease-expired': 'lease-expired';
            deregistered: 'deregistered';
            forced: 'forced';
          }> &
            z.core.$partial,
          z.ZodInt
        >;
        ledShare: z.ZodNullable<z.ZodNumber>;
        recovery: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
        handover: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
      },
      z.core.$strict
    >;
    groups: z.ZodArray<
      z.ZodObject<
        {
          from: z.ZodISODateTime;
          to: z.ZodISODateTime;
          terms: z.ZodInt;
          changes: z.ZodInt;
          changesPerDay: z.ZodNumber;
          ledMs: z.ZodInt;
          leaderlessMs: z.ZodInt;
          leaderlessByCause: z.ZodRecord<
            z.ZodEnum<{
              superseded: 'superseded';
              fenced: 'fenced';
              'heartbeat-missed': 'heartbeat-missed';
              resigned: 'resigned';
              released: 'released';
              'lease-expired': 'lease-expired';
              deregistered: 'deregistered';
              forced: 'forced';
            }> &
              z.core.$partial,
            z.ZodInt
          >;
          ledShare: z.ZodNullable<z.ZodNumber>;
          recovery: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
          handover: z.ZodObject<{ count: z.ZodInt; meanMs: z.ZodNullable<z.ZodInt>; maxMs: z.ZodNullable<z.ZodInt> }, z.core.$strict>;
          group: z.ZodString;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type AllTenuresReply = z.infer<typeof AllTenuresReply>;
export declare const WhatIfReply: z.ZodObject<
  {
    identical: z.ZodBoolean;
    from: z.ZodISODateTime;
    to: z.ZodISODateTime;
    recorded: z.ZodObject<
      {
        changes: z.ZodInt;
        leaderlessMs: z.ZodInt;
        flaps: z.ZodInt;
        tenures: z.ZodArray<
          z.ZodObject<
            {
              term: z.ZodInt;
              runner: z.ZodString;
              from: z.ZodISODateTime;
              to: z.ZodNullable<z.ZodISODateTime>;
              ms: z.ZodNullable<z.ZodInt>;
              handoverMs: z.ZodNullable<z.ZodInt>;
              endCause: z.ZodNullable<
                z.ZodEnum<{
                  superseded: 'superseded';
                  fenced: 'fenced';
                  'heartbeat-missed': 'heartbeat-missed';
                  resigned: 'resigned';
                  released: 'released';
                  'lease-expired': 'lease-expired';
                  deregistered: 'deregistered';
                  forced: 'forced';
                }>
              >;
              silentMs: z.ZodNullable<z.ZodInt>;
              leaderlessAfterMs: z.ZodNullable<z.ZodInt>;
              lostTerms: z.ZodInt;
            },
            z.core.$strict
          >
        >;
      },
      z.core.$strict
    >;
    other: z.ZodObject<
      {
        changes: z.ZodInt;
        leaderlessMs: z.ZodInt;
        flaps: z.ZodInt;
        tenures: z.ZodArray<
          z.ZodObject<
            {
              term: z.ZodInt;
              runner: z.ZodString;
              from: z.ZodISODateTime;
              to: z.ZodNullable<z.ZodISODateTime>;
              ms: z.ZodNullable<z.ZodInt>;
              handoverMs: z.ZodNullable<z.ZodInt>;
              endCause: z.ZodNullable<
                z.ZodEnum<{
                  superseded: 'superseded';
                  fenced: 'fenced';
                  'heartbeat-missed': 'heartbeat-missed';
                  resigned: 'resigned';
                  released: 'released';
                  'lease-expired': 'lease-expired';
                  deregistered: 'deregistered';
                  forced: 'forced';
                }>
              >;
              silentMs: z.ZodNullable<z.ZodInt>;
              leaderlessAfterMs: z.ZodNullable<z.ZodInt>;
              lostTerms: z.ZodInt;
            },
            z.core.$strict
          >
        >;
      },
      z.core.$strict
    >;
    timeline: z.ZodArray<
      z.ZodObject<{ at: z.ZodISODateTime; recorded: z.ZodNullable<z.ZodString>; other: z.ZodNullable<z.ZodString> }, z.core.$strict>
    >;
    limits: z.ZodArray<z.ZodString>;
  },
  z.core.$strict
>;
export type WhatIfReply = z.infer<typeof WhatIfReply>;
export declare const KeysReply: z.ZodObject<{ keys: z.ZodArray<z.ZodRecord<z.ZodString, z.ZodUnknown>> }, z.core.$strict>;
export type KeysReply = z.infer<typeof KeysReply>;
//# sourceMappingURL=audit.d.ts.map
