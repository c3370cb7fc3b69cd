import { z } from 'zod';
/** Of a runner's session: its present role first, then at each change. State, not history: there are no ids. */
export declare const SessionEvents: {
  elected: z.ZodObject<{ term: z.ZodInt }, z.core.$strict>;
  revoked: z.ZodObject<
    {
      term: z.ZodInt;
      cause: z.ZodEnum<{
        superseded: 'superseded';
        deregistered: 'deregistered';
        tainted: 'tainted';
        pinned: 'pinned';
        transfer: 'transfer';
        failback: 'failback';
        'log-accepted': 'log-accepted';
      }>;
    },
    z.core.$strict
  >;
  standby: z.ZodObject<{ term: z.ZodInt; leader: z.ZodNullable<z.ZodString> }, z.core.$strict>;
  superseded: z.ZodObject<{}, z.core.$strict>;
  /** The server stops: connect to another one, or again. */
  bye: z.ZodObject<{}, z.core.$strict>;
};
export type SessionEvents = { [E in keyof typeof SessionEvents]: z.infer<(typeof SessionEvents)[E]> };
/** Of a watch: leaders as they are, then each change, none left out; `id` is a position to resume from. */
export declare const WatchEvents: {
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
  event: z.ZodObject<
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
  synced: z.ZodObject<{ position: z.ZodString }, z.core.$strict>;
  /** The client was too slow: the stream ends, and misses nothing when it resumes by id. */
  overflow: z.ZodObject<{}, z.core.$strict>;
};
export type WatchEvents = { [E in keyof typeof WatchEvents]: z.infer<(typeof WatchEvents)[E]> };
//# sourceMappingURL=streams.d.ts.map
