import { expect } from '@jest/globals';
import { inc } from '@conclave/processes';
import {
  DEFAULT_SETTINGS,
  decide,
  evolve,
  initialState,
  occurrenceOf,
  type CommandContext,
  type DataOf,
  type ElectionCommand,
  type ElectionEvent,
  type EventType,
  type GroupState,
  type SealedPast,
  type Settings,
  type Verdict,
} from '@conclave/election';

export const AT = '2026-11-24T12:00:00.000Z';
export const atPlus = (ms: number): string => new Date(Date.parse(AT) + ms).toISOString();

/** Of every command in a test that says no other. */
export const COMMAND = '00000000-0000-4000-8000-00000000c0de';

type Step = { event: ElectionEvent; at: string; actor: string; reason: string | null; commandId: string };
const step = <T extends EventType>(type: T, data: DataOf<T>, at = AT): Step => ({
  event: { type, data } as ElectionEvent,
  at,
  actor: 'test',
  reason: null,
  commandId: COMMAND,
});

type TaintData = DataOf<'RunnerTainted'>['taint'];
const attributes = { platform: null, labels: {}, priority: 0 };

/** Events as `given` and `then` take them. `seniority: 0` is filled in with the event's version. */
export const on = {
  configured: (settings: Partial<Settings> = {}, previous: Settings | null = null) =>
    step('GroupConfigured', { settings: { ...DEFAULT_SETTINGS, ...settings }, previous }),
  registered: (runner: string, more: Partial<DataOf<'RunnerRegistered'>> = {}) =>
    step('RunnerRegistered', {
      runner,
      incarnation: inc(runner),
      ...attributes,
      seniority: 0,
      ready: false,
      ...more,
    }),
  restarted: (runner: string, life: number, more: Partial<DataOf<'RunnerRestarted'>> = {}) =>
    step('RunnerRestarted', {
      runner,
      incarnation: inc(runner, life),
      previousIncarnation: inc(runner, life - 1),
      previousExited: false,
      ...attributes,
      ready: false,
      ...more,
    }),
  activated: (runner: string, at = AT, life = 1) =>
    step('RunnerActivated', { runner, incarnation: inc(runner, life), lastSeenAt: null, silentMs: null }, at),
  missed: (runner: string, more: Partial<DataOf<'HeartbeatMissed'>> = {}) =>
    step('HeartbeatMissed', {
      runner,
      incarnation: inc(runner),
      evidence: 'silence',
      lastSeenAt: null,
      silentMs: 20_000,
      leaseMs: 15_000,
      deafMs: 0,
      ...more,
    }),
  deregistered: (runner: string, by: 'runner' | 'operator') =>
    step('RunnerDeregistered', { runner, incarnation: inc(runner), by }),
  tainted: (
    runner: string,
    key = 'k',
    effect: TaintData['effect'] = 'NoLead',
    replaces = false,
    more: Partial<TaintData> = {},
  ) =>
    step('RunnerTainted', {
      runner,
      taint: { key, effect, expiresAt: null, until: null, ...more },
      replaces,
    }),
  untainted: (runner: string, key = 'k', cause: DataOf<'RunnerUntainted'>['cause'] = 'request') =>
    step('RunnerUntainted', { runner, key, cause }),
  forgiven: (runner: string) => step('RunnerForgiven', { runner }),
  pinned: (runner: string, mode: 'strict' | 'prefer', more: Partial<DataOf<'LeaderPinned'>> = {}) =>
    step('LeaderPinned', { runner, mode, expiresAt: null, until: null, ...more }),
  unpinned: (runner: string, mode: 'strict' | 'prefer', cause: DataOf<'LeaderUnpinned'>['cause']) =>
    step('LeaderUnpinned', { runner, mode, cause }),
  paused: (expiresAt: string | null = null) => step('ElectionsPaused', { expiresAt }),
  resumed: (cause: DataOf<'ElectionsResumed'>['cause']) => step('ElectionsResumed', { cause }),
  elected: (runner: string, term: number, more: Partial<DataOf<'LeaderElected'>> = {}, at = AT) =>
    step(
      'LeaderElected',
      {
        term,
        runner,
        incarnation: inc(runner),
        cause: 'runner-activated',
        previous: null,
        leaseMs: 15_000,
        failover: 'lease',
        verdicts: [],
        ...more,
      },
      at,
    ),
  revoked: (
    runner: string,
    term: number,
    cause: DataOf<'LeadershipRevoked'>['cause'],
    more: Partial<DataOf<'LeadershipRevoked'>> = {},
  ) =>
    step('LeadershipRevoked', {
      term,
      runner,
      incarnation: inc(runner),
      cause,
      successor: null,
      verdicts: [],
      ...more,
    }),
  ended: (
    runner: string,
    term: number,
    cause: DataOf<'LeadershipEnded'>['cause'],
    more: Partial<DataOf<'LeadershipEnded'>> = {},
  ) =>
    step('LeadershipEnded', { term, runner, incarnation: inc(runner), cause, cooldownUntil: null, ...more }),
  logAccepted: (data: DataOf<'LogAccepted'>) => step('LogAccepted', data),
  sealed: (past: SealedPast, digest: string) => step('HistorySealed', { ...past, digest }),
  deleted: () => step('GroupDeleted', {}),
  leaderless: (afterTerm: number, cause: DataOf<'GroupLeaderless'>['cause'], verdicts: Verdict[]) =>
    step('GroupLeaderless', { afterTerm, cause, paused: false, verdicts }),
};

/** A verdict; eligible ones have a rank. */
export const verdict = (
  runner: string,
  why: Verdict['why'],
  rank: number | null = null,
  more: Partial<Verdict> = {},
): Verdict => ({ runner, incarnation: inc(runner), eligible: rank !== null, rank, why, ...more });

export const fold = (steps: readonly Step[], group = 'g'): GroupState =>
  steps.reduce((state, { event, ...meta }) => {
    if (event.type === 'RunnerRegistered' && event.data.seniority === 0)
      event.data.seniority = state.version + 1;
    return evolve(state, { ...event, meta });
  }, initialState(group));

/** given(events).when(command).then(events): exact equality, order included. */
export function given(...steps: Step[]) {
  const state = fold(steps);
  return {
    state,
    when(command: ElectionCommand, context: Partial<CommandContext> = {}) {
      const occasion = { at: AT, actor: 'test', reason: null, commandId: COMMAND, ...context };
      const decision = decide(command, state, occasion);
      const events = 'events' in decision ? decision.events : [];
      return {
        decision,
        events,
        after: events.reduce((s, event) => evolve(s, occurrenceOf(event, occasion)), state),
        /** What each event follows from: the version of the event that recorded that command. */
        causes: events.map(({ causedBy }) => causedBy?.version ?? null),
        then(...expected: Step[]) {
          const filled = expected.map(({ event }, index) => {
            if (event.type === 'RunnerRegistered' && event.data.seniority === 0)
              event.data.seniority = state.version + 1 + index;
            return event;
          });
          expect(decision).toEqual({ events: expect.anything() });
          expect(events.map(({ type, data }) => ({ type, data }))).toEqual(filled);
        },
        thenNothing() {
          expect(decision).toEqual({ events: [] });
        },
        thenRefused(code: string, detail = /./) {
          expect(decision).toEqual({ rejection: { code, detail: expect.stringMatching(detail) } });
        },
      };
    },
  };
}
