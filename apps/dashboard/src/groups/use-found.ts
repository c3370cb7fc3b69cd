import type { GroupsPage } from '@conclave/contract';
import { useEffect, useState } from 'preact/hooks';
import { ask, pathOf } from '../api/ask.js';
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
export function useFound(words: string): ReadonlySet<string> {
  const [found, setFound] = useState<{ words: string; groups: ReadonlySet<string> }>({
    words: '',
    groups: NONE,
  });
  const beat = Math.floor(useNow(FRESH_MS) / FRESH_MS);
  useEffect(() => {
    if (words === '') return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      allWith(words, stop.signal).then(
        (groups) => setFound({ words, groups }),
        () => undefined, // the filter goes by what is known already
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [words, words === '' ? 0 : beat]);
  return found.words === words ? found.groups : NONE;
}

async function allWith(find: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const groups = new Set<string>();
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const reply: GroupsPage = await ask(pathOf('/v1/groups', { find, after, limit: 1000 }), { signal });
    for (const { group } of reply.groups) groups.add(group);
    if (reply.next === null) break;
    after = reply.next;
  }
  return groups;
}
