import type { GroupReply, LeaderReply, RunnerReply } from '@conclave/contract';
import {
  chooseLeader,
  roleOf,
  whyLeaderless,
  type GroupHead,
  type GroupState,
  type Iso,
  type RunnerState,
  type Status,
} from '@conclave/election';

/** The state of a group in one word; a group that is paused and led is led. */
export function stateWord({ leadership, pause, deleted }: GroupState): LeaderReply['state'] {
  if (leadership) return leadership.handover ? 'handover' : 'led';
  return deleted ? 'deleted' : pause ? 'paused' : 'leaderless';
}

/** `paused` is also a group that is paused and led. */
export const isInState = (group: GroupState, word: LeaderReply['state']): boolean =>
  word === 'paused' ? group.pause !== null : stateWord(group) === word;

/** `at` counts for cooldowns and the like only. */
export function leaderBody(state: GroupState, position: string, at: Iso): LeaderReply {
  const held = state.leadership;
  const runner = held && state.runners.get(held.runner);
  return {
    group: state.id,
    state: stateWord(state),
    paused: state.pause !== null,
    term: held?.term ?? state.term, // of a log that was restored the last one may be higher than what is held
    leader: held && {
      runner: held.runner,
      incarnation: held.incarnation,
      since: held.since,
      platform: runner?.platform ?? null,
      labels: { ...runner?.labels },
    },
    successor: held?.handover && !state.pause ? (chooseLeader(state, at).winner?.id ?? null) : null,
    why: whyLeaderless(state, at),
    version: state.version,
    position,
  };
}

export function groupBody({ state, position }: Pick<GroupHead, 'state' | 'position'>, at: Iso): GroupReply {
  const runners: Record<Status, number> = { pending: 0, active: 0, silent: 0 };
  for (const { status } of state.runners.values()) runners[status]++;
  return {
    ...leaderBody(state, position, at),
    settings: state.settings,
    pin: state.pin,
    ...(state.proposals.length > 0 && { proposals: [...state.proposals] }),
    pause: state.pause,
    runners,
    verdicts: chooseLeader(state, at).verdicts,
    createdAt: state.createdAt!,
  };
}

/** `lastSeenAt`: when presence last heard it; the log only knows when that was news. */
export function runnerBody(state: GroupState, runner: RunnerState, lastSeenAt: Iso | null): RunnerReply {
  const { id, incarnation, status, platform, labels, priority, seniority, registeredAt, taints } = runner;
  return {
    group: state.id,
    runner: id,
    incarnation,
    status,
    role: roleOf(state, id, incarnation)!,
    platform,
    labels: { ...labels },
    priority,
    seniority,
    registeredAt,
    lastSeenAt: lastSeenAt ?? runner.lastSeenAt,
    taints: [...taints],
  };
}

/** What a watch reports: two bodies with the same face are the same news. */
export const faceOf = ({ state, term, leader, successor, paused, why }: LeaderReply): string =>
  JSON.stringify([state, term, leader, successor, paused, why]);
