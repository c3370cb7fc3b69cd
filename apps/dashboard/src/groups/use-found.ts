import type { GroupsPage } from '@conclave/contract';
import { useEffect, useState } from 'preact/hooks';
import { pathOf } from '../api/ask.js';
import { pages } from '../api/pages.js';
import { useAsked } from '../api/use-asked.js';
import { useNow } from '../parts/use-now.js';

/** Somebody types: the server is asked when the word stands. */
const TYPING_MS = 200;
/** Runners and orders come and go without news of the leader. */
const FRESH_MS = 5_000;
const MOST_PAGES = 20;
const NONE: ReadonlySet<string> = new Set();

/**
 * Groups in which words stand that the watch does not tell: of standby runners, their labels and taints, and of
 * who ordered what still holds. Empty until the server has answered.
 */
export function useFound(words: string): { found: ReadonlySet<string>; isKnown: boolean } {
  const [typed, type] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => type(words), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const beat = Math.floor(useNow(FRESH_MS) / FRESH_MS);
  const { data, problem, isOld } = useAsked(typed === '' ? null : typed, beat, allWith);
  if (words === '') return { found: NONE, isKnown: true };
  if (words !== typed || isOld) return { found: NONE, isKnown: false };
  // where nobody answers the filter goes by what is known already
  return { found: data ?? NONE, isKnown: data !== null || problem !== null };
}

async function allWith(find: string, { signal }: { signal: AbortSignal }): Promise<ReadonlySet<string>> {
  const { all } = await pages<GroupsPage, string>(
    (after) => pathOf('/v1/groups', { find, after, limit: 1000 }),
    ({ groups }) => groups.map(({ group }) => group),
    signal,
    MOST_PAGES,
  );
  return new Set(all);
}
