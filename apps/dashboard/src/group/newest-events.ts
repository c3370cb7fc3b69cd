import type { HistoryEventReply, HistoryPage } from '@conclave/contract';
import { ask, groupPath, pathOf, Problem } from '../api/ask.js';
import { KINDS } from './kinds.js';

/** So many versions are looked through at once; the API goes from old to new, people read from new to old. */
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
  const type = kind === undefined ? undefined : KINDS[kind]?.types.join(',');
  for (let end = to; end > 0; end -= STRETCH) {
    const from = Math.max(1, end - STRETCH + 1);
    const path = pathOf(groupPath(group, '/history'), { from, to: end, limit: STRETCH, type, runner, actor });
    try {
      const { events } = await ask<HistoryPage>(path, { signal });
      found.push(...events.filter(({ data }) => !cause || data.cause === cause).reverse());
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
