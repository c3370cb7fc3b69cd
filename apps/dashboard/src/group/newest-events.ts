import type { HistoryEventReply, HistoryPage } from '@conclave/contract';
import { groupPath, pathOf, Problem } from '../api/ask.js';
import { pages } from '../api/pages.js';
import { KINDS } from './kinds.js';

/** So many versions are looked through at once for what fits a filter; the API goes from old to new, people read from new to old. */
const STRETCH = 1_000;

export interface Filters {
  kind?: string | undefined;
  runner?: string | undefined;
  actor?: string | undefined;
  cause?: string | undefined;
}
export interface Newest {
  events: HistoryEventReply[];
  /** Older ones may be up to there; null: there is nothing before. */
  before: number | null;
}

/** The newest events up to a version that fit, the newest first. */
export async function newestEvents(
  group: string,
  to: number,
  { kind, runner, actor, cause }: Filters,
  want: number,
  signal: AbortSignal,
): Promise<Newest> {
  const found: HistoryEventReply[] = [];
  const type = kind !== undefined && Object.hasOwn(KINDS, kind) ? KINDS[kind]!.types.join(',') : undefined;
  const isFiltered = [kind, runner, actor, cause].some(Boolean);
  const stretch = isFiltered ? STRETCH : want; // else each version is an event that is wanted
  for (let end = to; end > 0; end -= stretch) {
    const first = Math.max(1, end - stretch + 1);
    const query = { to: end, limit: STRETCH, type, runner, actor };
    try {
      const { all } = await pages<HistoryPage, HistoryEventReply>(
        (from) => pathOf(groupPath(group, '/history'), { ...query, from: from ?? first }),
        ({ events }) => events,
        signal,
      );
      found.push(...all.filter(({ data }) => !cause || data.cause === cause).reverse());
    } catch (error) {
      // what is sealed is in an archive; the rest can be read
      if (error instanceof Problem && error.code === 'history-sealed') return { events: found, before: null };
      throw error;
    }
    if (found.length >= want) {
      const events = found.slice(0, want);
      return { events, before: events.at(-1)!.version - 1 || null };
    }
  }
  return { events: found, before: null };
}
