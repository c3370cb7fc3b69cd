import {
  chooseLeader,
  roleOf,
  whyLeaderless,
  type GroupHead,
  type GroupState,
  type Id,
  type Iso,
  type Role,
  type Pause,
  type Pin,
  type RunnerState,
  type Settings,
  type Status,
  type Taint,
  type Verdict,
} from '@conclave/election';

/** Who leads a group, as consumers see it (DESIGN §12). */
export interface LeaderBody {
  group: Id;
  state: 'led' | 'handover' | 'leaderless' | 'paused';
  paused: boolean;
  term: number;
  leader: { runner: Id; incarnation: string; since: Iso; platform: string | null; labels: Record<string, string> } | null;
  successor: Id | null;
  why: string | null;
  version: number;
  position: string;
}
export interface GroupBody extends LeaderBody {
  settings: Settings;
  pin: Pin | null;
  pause: Pause | null;
  runners: Record<Status, number>;
  verdicts: Verdict[];
  createdAt: Iso;
}
export interface RunnerBody {
  group: Id;
  runner: Id;
  incarnation: string;
  status: Status;
  role: Role;
  platform: string | null;
  labels: Record<string, string>;
  priority: number;
  seniority: number;
  registeredAt: Iso;
  lastSeenAt: Iso | null;
  taints: Taint[];
}

/** `at` counts for cooldowns and the like only. */
export function leaderBody(state: GroupState, position: string, at: Iso): LeaderBody {
  const held = state.leadership;
  const runner = held && state.runners.get(held.runner);
  return {
    group: state.id,
    state: held ? (held.handover ? 'handover' : 'led') : state.pause ? 'paused' : 'leaderless',
    paused: state.pause !== null,
    term: state.term,
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

export function groupBody({ state, position }: GroupHead, at: Iso): GroupBody {
  const runners: Record<Status, number> = { pending: 0, active: 0, silent: 0 };
  for (const { status } of state.runners.values()) runners[status]++;
  return {
    ...leaderBody(state, position, at),
    settings: state.settings,
    pin: state.pin,
    pause: state.pause,
    runners,
    verdicts: chooseLeader(state, at).verdicts,
    createdAt: state.createdAt!,
  };
}

/** `lastSeenAt`: when presence last heard it; the log only knows when that was news. */
export function runnerBody(state: GroupState, runner: RunnerState, lastSeenAt: Iso | null): RunnerBody {
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
export const faceOf = ({ state, term, leader, successor, paused }: LeaderBody): string =>
  JSON.stringify([state, term, leader?.runner, leader?.incarnation, successor, paused]);
