import type { CausedBy, DataOf, Occasion } from '../model/events.js';
import type { GroupState, RunnerState } from '../model/state.js';
import { PAST_INCARNATIONS, RECENT_SILENCES, type Id } from '../model/vocabulary.js';

// The runners of a group, as its events change them. Pure.

/** Maps that one fold of several events has made, and nobody else has seen: it goes on writing into them. */
export type Own = Set<GroupState['runners']>;

/** `own`: a copy for each event took a quarter of the time where many runners of a group fell silent at once. */
export function withRunner(state: GroupState, runner: RunnerState, own?: Own): GroupState {
  return { ...state, runners: writable(state, own).set(runner.id, runner) };
}

function writable({ runners }: GroupState, own?: Own): Map<Id, RunnerState> {
  if (own?.has(runners)) return runners as Map<Id, RunnerState>;
  const copy = new Map(runners);
  own?.add(copy);
  return copy;
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

export function withoutRunner(state: GroupState, id: Id, own?: Own): GroupState {
  const runners = writable(state, own);
  runners.delete(id);
  return { ...state, runners };
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
  own?: Own,
): GroupState {
  const { at: since, actor, reason } = meta;
  const added = { ...taint, actor, order, since, reason };
  const patch = (r: RunnerState) => ({ taints: [...r.taints.filter((t) => t.key !== taint.key), added] });
  return changeRunner(state, runner, patch, own);
}
