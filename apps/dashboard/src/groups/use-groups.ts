import type { GroupsAtPage, LeaderReply } from '@conclave/contract';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask, pathOf, Problem } from '../api/ask.js';
import { useLive } from '../live/use-live.js';

export interface Groups {
  groups: LeaderReply[];
  /** Of which archives say what was then. */
  sealed: string[];
  isKnown: boolean;
  problem: Problem | null;
}

/** All groups now, or as they were at an instant. */
export function useGroups(at: string | undefined): Groups {
  const live = useLive();
  const [past, setPast] = useState<Groups & { at: string }>();
  useEffect(() => {
    if (at === undefined) return;
    const stop = new AbortController();
    allAt(at, stop.signal).then(
      (then) => setPast({ at, ...then, isKnown: true, problem: null }),
      (problem: Problem) => {
        if (!stop.signal.aborted) setPast({ at, groups: [], sealed: [], isKnown: true, problem });
      },
    );
    return () => stop.abort();
  }, [at]);
  const now = useMemo(() => [...live.groups.values()], [live.revision]);
  if (at !== undefined) return past ?? { groups: [], sealed: [], isKnown: false, problem: null };
  const isRefused = !live.isSynced && live.why !== null;
  return {
    groups: now,
    sealed: [],
    isKnown: live.isSynced || isRefused,
    problem: isRefused ? live.why : null,
  };
}

async function allAt(time: string, signal: AbortSignal): Promise<Pick<Groups, 'groups' | 'sealed'>> {
  const groups: LeaderReply[] = [];
  const sealed: string[] = [];
  for (let after: string | null = null; ;) {
    const page: GroupsAtPage = await ask(pathOf('/v1/at', { time, after, limit: 1000 }), { signal });
    groups.push(...page.groups);
    sealed.push(...page.sealed);
    if (page.next === null) return { groups, sealed };
    after = page.next;
  }
}
