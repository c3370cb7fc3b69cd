import type {
  AsOfReply,
  ExplanationReply,
  GroupReply,
  RecordedEventReply,
  RunnerReply,
  RunnersPage,
} from '@conclave/contract';
import { useReducer } from 'preact/hooks';
import { groupPath, pathOf, type Problem } from '../api/ask.js';
import { nowMs } from '../api/clock.js';
import { pages } from '../api/pages.js';
import { useAsked } from '../api/use-asked.js';
import { useLive } from '../live/use-live.js';
import { useNow } from '../parts/use-now.js';

/** A group, now or as it was. */
export interface View {
  group: GroupReply;
  /** Null: not known yet. */
  runners: RunnerReply[] | null;
  /** Of now only. */
  explanation: ExplanationReply | null;
  /** Of now, where it is not read again and again: when the runners were read. */
  reading: { atMs: number; again: () => void } | null;
  /** Of the past only: the instant, and the event that decided it. */
  past: { at: string; decidedBy: RecordedEventReply | null } | null;
  /** Another instant is asked for; what is here is of the one before. */
  isOld: boolean;
}

/** Runners are heard without an event: when they were last, changes by itself. */
const FRESH_MS = 5_000;
/** Of a larger group, whose runners are megabytes, only when something has happened. */
const FRESH_MOST = 200;

async function allRunners(path: string, { signal }: { signal: AbortSignal }) {
  const of = (after: string | null) => (after === null ? path : `${path}?after=${after}`);
  const atMs = nowMs();
  const { all } = await pages<RunnersPage, RunnerReply>(of, ({ runners }) => runners, signal);
  return { all, atMs };
}

export function useView(
  name: string,
  at: string | undefined,
): { view: View | null; problem: Problem | null; revision: number } {
  const live = useLive();
  const isNow = at === undefined;
  const revision = live.versions.get(name) ?? 0;
  const tick = Math.floor(useNow(FRESH_MS) / FRESH_MS);
  const now = (rest: string) => (isNow ? groupPath(name, rest) : null);
  // what was read is not left where nothing is told any more
  const group = useAsked<GroupReply>(now(''), `${revision} ${live.unreadable.get(name) ?? ''}`);
  const isLarge = (group.data?.verdicts.length ?? 0) > FRESH_MOST;
  const [looks, look] = useReducer((n: number, _: undefined) => n + 1, 0);
  const runners = useAsked(now('/runners'), `${revision} ${isLarge ? 0 : tick} ${looks}`, allRunners);
  const again = (): void => look(undefined);
  const explanation = useAsked<ExplanationReply>(now('/explain'), revision);
  const then = useAsked<AsOfReply>(isNow ? null : pathOf(groupPath(name, '/at'), { time: at }));
  if (!isNow) {
    const { data, problem, isOld } = then;
    const view = data && {
      group: data.group,
      runners: data.runners,
      explanation: null,
      reading: null,
      past: { at: data.at, decidedBy: data.decidedBy },
      isOld,
    };
    return { view, problem, revision };
  }
  const view = group.data && {
    group: group.data,
    runners: runners.data?.all ?? null,
    // nor while nobody answers
    reading: runners.data && (isLarge || runners.problem) ? { atMs: runners.data.atMs, again } : null,
    explanation: explanation.data,
    past: null,
    isOld: false,
  };
  // who may not ask why sees the rest
  const untold = explanation.problem?.code === 'forbidden' ? null : explanation.problem;
  return { view, problem: group.problem ?? runners.problem ?? untold, revision };
}
