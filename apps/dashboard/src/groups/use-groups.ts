import type { GroupsAtPage, LeaderReply } from '@conclave/contract';
import { useMemo } from 'preact/hooks';
import { pathOf, Problem } from '../api/ask.js';
import { pages } from '../api/pages.js';
import { useAsked } from '../api/use-asked.js';
import { useLive } from '../live/use-live.js';

export interface Groups {
  groups: LeaderReply[];
  /** Of which archives say what was then. */
  sealed: string[];
  isKnown: boolean;
  problem: Problem | null;
}
const NOTHING: Groups = { groups: [], sealed: [], isKnown: false, problem: null };

/** All groups now, or as they were at an instant. */
export function useGroups(at: string | undefined): Groups {
  const live = useLive();
  const path = at === undefined ? null : pathOf('/v1/at', { time: at, limit: 1000 });
  const past = useAsked(path, 0, allAt);
  const now = useMemo(() => [...live.groups.values()], [live.revision]);
  if (path !== null) {
    const { data, problem, isOld } = past;
    if (isOld || !(data ?? problem)) return NOTHING; // how it was at another instant is no answer
    return { ...NOTHING, ...data, isKnown: true, problem };
  }
  const isRefused = !live.isSynced && live.why !== null;
  return {
    groups: now,
    sealed: [],
    isKnown: live.isSynced || isRefused,
    problem: isRefused ? live.why : null,
  };
}

async function allAt(path: string, { signal }: { signal: AbortSignal }) {
  const sealed: string[] = [];
  const { all } = await pages<GroupsAtPage, LeaderReply>(
    (after) => (after === null ? path : `${path}&after=${after}`),
    (page) => {
      sealed.push(...page.sealed);
      return page.groups;
    },
    signal,
  );
  return { groups: all, sealed };
}
