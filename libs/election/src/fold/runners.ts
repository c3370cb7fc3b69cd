import type { CausedBy, DataOf, Occasion } from '../model/events.js';
import type { GroupState, RunnerState } from '../model/state.js';
import { PAST_INCARNATIONS, RECENT_SILENCES, type Id } from '../model/vocabulary.js';

// The runners of a group, as its events change them. Pure.

/** Maps that one fold of several events has made, and nobody else has seen: it goes on writing into them. */
export type Own = Set<GroupState['runners']>;

/** `own`: a copy for each event took a quarter of the time where many runners of a group fell silent at once. */
export function withRunner(state: GroupState, runner: RunnerState, own?: Own): GroupState {
  const runners = own?.has(state.runners) ? (state.runners as Map<Id, RunnerState>) : new Map(state.runners);
  own?.add(runners);
  return { ...state, runners: runners.set(runner.id, runner) };
}

export function changeRunner(
  state: GroupState,
  id: Id,
  patch: (r: RunnerState) => Partial<RunnerState>,
  own?: Own,
): GroupState {
  const runner = state.runners.get(id);
  return runner ? withRunner(state, { ...runner, ...patch(runner) }, own) : state;
}

export function without(runners: GroupState['runners'], id: Id): GroupState['runners'] {
  const rest = new Map(runners);
  rest.delete(id);
  return rest;
}

export const attributesOf = ({
  platform,
  labels,
  priority,
}: Pick<RunnerState, 'platform' | 'labels' | 'priority'>) => ({ platform, labels, priority });

const firstStatus = (ready: boolean, at: string) =>
  ready
    ? { status: 'active' as const, activeSince: at, awaySince: null }
    : { status: 'pending' as const, activeSince: null, awaySince: at };

export function register(data: DataOf<'RunnerRegistered'>, at: string): RunnerState {
  return {
    id: data.runner,
    incarnation: data.incarnation,
    secretHash: data.secretHash ?? null,
    past: [],
    ...attributesOf(data),
    seniority: data.seniority,
    ...firstStatus(data.ready, at),
    registeredAt: at,
    lastSeenAt: null,
    missedVersion: 0,
    unsettledSince: null,
    cooldownUntil: null,
    isCooldownOwn: false,
    silences: [],
    taints: [],
  };
}

export const activate = (at: string) => ({
  status: 'active' as const,
  activeSince: at,
  awaySince: null,
  lastSeenAt: at,
});

/** `next`: the group as of this event. */
export const miss = (runner: RunnerState, data: DataOf<'HeartbeatMissed'>, next: GroupState) => ({
  status: 'silent' as const,
  activeSince: null,
  awaySince: next.lastAt,
  missedVersion: next.version,
  silences: isFlap(data, next) ? [...runner.silences, next.lastAt!].slice(-RECENT_SILENCES) : runner.silences,
  lastSeenAt: data.lastSeenAt ?? runner.lastSeenAt,
});

/** A standby whose connection is lost may just have been restarted: that is not what damping is against. */
const isFlap = ({ evidence, runner }: DataOf<'HeartbeatMissed'>, { leadership }: GroupState): boolean =>
  evidence === 'silence' || leadership?.runner === runner;

export function restart(
  runner: RunnerState,
  data: DataOf<'RunnerRestarted'>,
  at: string,
): Partial<RunnerState> {
  return {
    incarnation: data.incarnation,
    secretHash: data.secretHash ?? null,
    past: [...runner.past, runner.incarnation].slice(-PAST_INCARNATIONS),
    ...attributesOf(data),
    ...firstStatus(data.ready, at),
    missedVersion: 0,
    cooldownUntil: runner.isCooldownOwn ? null : runner.cooldownUntil,
  };
}

export function taint(
  state: GroupState,
  { runner, taint }: DataOf<'RunnerTainted'>,
  meta: Occasion,
  order: CausedBy,
): GroupState {
  const { at: since, actor, reason } = meta;
  return changeRunner(state, runner, (r) => ({
    taints: [...r.taints.filter((t) => t.key !== taint.key), { ...taint, actor, order, since, reason }],
  }));
}
