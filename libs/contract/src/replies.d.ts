import { z } from 'zod';
export declare const LeaderReply: z.ZodObject<
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
>;
export type LeaderReply = z.infer<typeof LeaderReply>;
export declare const GroupReply: z.ZodObject<
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
export type GroupReply = z.infer<typeof GroupReply>;
export declare const RunnerReply: z.ZodObject<
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
>;
export type RunnerReply = z.infer<typeof RunnerReply>;
export declare const RegisterReply: z.ZodObject<
  {
    term: z.ZodInt;
    leader: z.ZodNullable<z.ZodString>;
    leaseMs: z.ZodLiteral<0>;
    heartbeatMs: z.ZodInt;
    changed: z.ZodBoolean;
    version: z.ZodInt;
    position: z.ZodString;
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
>;
export type RegisterReply = z.infer<typeof RegisterReply>;
export declare const HeartbeatReply: z.ZodObject<
  {
    role: z.ZodEnum<{ leader: 'leader'; standby: 'standby'; revoked: 'revoked'; superseded: 'superseded' }>;
    term: z.ZodInt;
    leader: z.ZodNullable<z.ZodString>;
    leaseMs: z.ZodInt;
    heartbeatMs: z.ZodInt;
    version: z.ZodInt;
    ended: z.ZodOptional<
      z.ZodObject<
        {
          term: z.ZodInt;
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
        },
        z.core.$strict
      >
    >;
    cause: z.ZodOptional<
      z.ZodEnum<{
        superseded: 'superseded';
        deregistered: 'deregistered';
        tainted: 'tainted';
        pinned: 'pinned';
        transfer: 'transfer';
        failback: 'failback';
        'log-accepted': 'log-accepted';
      }>
    >;
    certificate: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;
export declare const ProblemReply: z.ZodObject<
  {
    type: z.ZodString;
    title: z.ZodString;
    status: z.ZodInt;
    detail: z.ZodString;
    code: z.ZodEnum<{
      'invalid-request': 'invalid-request';
      'settings-invalid': 'settings-invalid';
      'group-unknown': 'group-unknown';
      'runner-unknown': 'runner-unknown';
      'term-unknown': 'term-unknown';
      'nothing-recorded': 'nothing-recorded';
      'route-unknown': 'route-unknown';
      'method-not-allowed': 'method-not-allowed';
      'term-stale': 'term-stale';
      'incarnation-superseded': 'incarnation-superseded';
      'runner-ineligible': 'runner-ineligible';
      'no-eligible-runner': 'no-eligible-runner';
      'elections-paused': 'elections-paused';
      'handover-running': 'handover-running';
      'beat-stale': 'beat-stale';
      'version-conflict': 'version-conflict';
      'payload-too-large': 'payload-too-large';
      'media-type-unsupported': 'media-type-unsupported';
      'idempotency-key-reused': 'idempotency-key-reused';
      internal: 'internal';
      'store-unavailable': 'store-unavailable';
      'not-ready': 'not-ready';
      'log-replaced': 'log-replaced';
      overloaded: 'overloaded';
      contended: 'contended';
      'position-not-reached': 'position-not-reached';
      'group-unreadable': 'group-unreadable';
      'store-full': 'store-full';
    }>;
    instance: z.ZodString;
    errors: z.ZodOptional<z.ZodArray<z.ZodObject<{ path: z.ZodString; message: z.ZodString }, z.core.$strict>>>;
    current: z.ZodOptional<
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
  },
  z.core.$strict
>;
export type ProblemReply = z.infer<typeof ProblemReply>;
export declare const BatchReply: z.ZodObject<
  {
    replies: z.ZodArray<
      z.ZodUnion<
        readonly [
          z.ZodObject<
            {
              role: z.ZodEnum<{ leader: 'leader'; standby: 'standby'; revoked: 'revoked'; superseded: 'superseded' }>;
              term: z.ZodInt;
              leader: z.ZodNullable<z.ZodString>;
              leaseMs: z.ZodInt;
              heartbeatMs: z.ZodInt;
              version: z.ZodInt;
              ended: z.ZodOptional<
                z.ZodObject<
                  {
                    term: z.ZodInt;
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
                  },
                  z.core.$strict
                >
              >;
              cause: z.ZodOptional<
                z.ZodEnum<{
                  superseded: 'superseded';
                  deregistered: 'deregistered';
                  tainted: 'tainted';
                  pinned: 'pinned';
                  transfer: 'transfer';
                  failback: 'failback';
                  'log-accepted': 'log-accepted';
                }>
              >;
              certificate: z.ZodOptional<z.ZodString>;
              status: z.ZodLiteral<200>;
            },
            z.core.$strict
          >,
          z.ZodObject<
            {
              type: z.ZodString;
              title: z.ZodString;
              status: z.ZodInt;
              detail: z.ZodString;
              code: z.ZodEnum<{
                'invalid-request': 'invalid-request';
                'settings-invalid': 'settings-invalid';
                'group-unknown': 'group-unknown';
                'runner-unknown': 'runner-unknown';
                'term-unknown': 'term-unknown';
                'nothing-recorded': 'nothing-recorded';
                'route-unknown': 'route-unknown';
                'method-not-allowed': 'method-not-allowed';
                'term-stale': 'term-stale';
                'incarnation-superseded': 'incarnation-superseded';
                'runner-ineligible': 'runner-ineligible';
                'no-eligible-runner': 'no-eligible-runner';
                'elections-paused': 'elections-paused';
                'handover-running': 'handover-running';
                'beat-stale': 'beat-stale';
                'version-conflict': 'version-conflict';
                'payload-too-large': 'payload-too-large';
                'media-type-unsupported': 'media-type-unsupported';
                'idempotency-key-reused': 'idempotency-key-reused';
                internal: 'internal';
                'store-unavailable': 'store-unavailable';
                'not-ready': 'not-ready';
                'log-replaced': 'log-replaced';
                overloaded: 'overloaded';
                contended: 'contended';
                'position-not-reached': 'position-not-reached';
                'group-unreadable': 'group-unreadable';
                'store-full': 'store-full';
              }>;
              instance: z.ZodString;
              errors: z.ZodOptional<z.ZodArray<z.ZodObject<{ path: z.ZodString; message: z.ZodString }, z.core.$strict>>>;
              current: z.ZodOptional<
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
            },
            z.core.$strict
          >,
        ]
      >
    >;
  },
  z.core.$strict
>;
export type BatchReply = z.infer<typeof BatchReply>;
export declare const RecordedEventReply: z.ZodObject<
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
>;
export type RecordedEventReply = z.infer<typeof RecordedEventReply>;
export declare const WriteReply: z.ZodObject<
  {
    changed: z.ZodBoolean;
    dryRun: z.ZodOptional<z.ZodLiteral<true>>;
    version: z.ZodInt;
    position: z.ZodString;
    events: z.ZodArray<
      z.ZodUnion<
        readonly [
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
          >,
          z.ZodObject<
            {
              meta: z.ZodObject<
                {
                  part: z.ZodObject<{ index: z.ZodInt; of: z.ZodInt }, z.core.$strip>;
                  at: z.ZodISODateTime;
                  commandId: z.ZodGUID;
                  instance: z.ZodGUID;
                  v: z.ZodLiteral<1>;
                  actor: z.ZodString;
                  reason: z.ZodNullable<z.ZodString>;
                  requestHash: z.ZodString;
                  correlationId: z.ZodString;
                  command: z.ZodOptional<z.ZodObject<{ type: z.ZodString }, z.core.$loose>>;
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
          >,
        ]
      >
    >;
    leader: z.ZodObject<
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
    >;
  },
  z.core.$strict
>;
export type WriteReply = z.infer<typeof WriteReply>;
export declare const GroupsPage: z.ZodObject<
  {
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
    unreadable: z.ZodArray<z.ZodObject<{ group: z.ZodString; detail: z.ZodString }, z.core.$strict>>;
    next: z.ZodNullable<z.ZodString>;
    position: z.ZodString;
  },
  z.core.$strict
>;
export type GroupsPage = z.infer<typeof GroupsPage>;
export declare const RunnersPage: z.ZodObject<
  {
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
    version: z.ZodInt;
    position: z.ZodString;
  },
  z.core.$strict
>;
export type RunnersPage = z.infer<typeof RunnersPage>;
export declare const FenceReply: z.ZodObject<
  { valid: z.ZodLiteral<true>; group: z.ZodString; runner: z.ZodString; term: z.ZodInt; version: z.ZodInt },
  z.core.$strict
>;
export type FenceReply = z.infer<typeof FenceReply>;
//# sourceMappingURL=replies.d.ts.map
