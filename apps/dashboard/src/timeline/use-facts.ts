import type { HistoryEventReply, HistoryPage, TenuresPage } from '@conclave/contract';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask, groupPath, pathOf, type Problem } from '../api/ask.js';
import { pages } from '../api/pages.js';
import { tenureBefore, type Tenure } from '../api/tenures.js';
import { useAsked } from '../api/use-asked.js';
import type { Span } from './bars.js';
import { newestOf, ORDERS, SILENCES, type Event } from './layout.js';

/** So many pages of a thousand at the most: what is drawn then is sampled anyway. */
const MOST_PAGES = 10;
const PAGE = 1_000;
const TYPES = [...ORDERS, ...SILENCES].join(',');

interface Known {
  group: string;
  of: Span | null;
  tenures: TenuresPage['tenures'];
  events: Event[];
  isCut: boolean;
}
export interface Held extends Known {
  problem: Problem | null;
}
const NOTHING: Known = { group: '', of: null, tenures: [], events: [], isCut: false };

/** Terms, orders and silences of a window and half as much around it. */
export function useFacts(group: string, window: Span | null, revision: unknown): Held {
  const known = useRef(NOTHING);
  const [wanted, want] = useState<Span | null>(null);
  const isInside = wanted && window && window.from >= wanted.from && window.to <= wanted.to;
  const isFitting = isInside && window.to - window.from > (wanted.to - wanted.from) / 20;
  useEffect(() => {
    if (!window || isFitting) return;
    const half = (window.to - window.from) / 2;
    want({ from: Math.round(window.from - half), to: Math.round(window.to + half) });
  }, [isFitting, window?.from, window?.to]);
  const { problem } = useAsked(
    wanted && `${group} ${wanted.from} ${wanted.to}`,
    revision,
    async (_, { signal }) => {
      const more = await factsOf(group, wanted!, known.current, signal);
      if (!signal.aborted) known.current = more;
      return more;
    },
  );
  return useMemo(() => ({ ...known.current, problem }), [known.current, problem]);
}

/** Of the same window only what is behind the last one is asked for; the last term may have ended since. */
async function factsOf(group: string, wanted: Span, held: Known, signal: AbortSignal): Promise<Known> {
  const until = iso(wanted.to);
  const isSame = held.group === group && held.of === wanted;
  const { tenures: terms, events: seen } = isSame ? held : NOTHING;
  const [lastTerm, lastVersion] = [terms.at(-1)?.term ?? 0, seen.at(-1)?.version ?? 0];
  const read = async (since: string, least = 1) => {
    const query = { since, until, limit: PAGE };
    const version = Math.max(least, lastVersion + 1);
    const [tenures, events] = await Promise.all([
      pages<TenuresPage, Tenure>(
        (from) => pathOf(groupPath(group, '/tenures'), { ...query, from: from ?? lastTerm }),
        ({ tenures }) => tenures,
        signal,
        MOST_PAGES,
      ),
      pages<HistoryPage, Event>(
        (from) => pathOf(groupPath(group, '/history'), { ...query, type: TYPES, from: from ?? version }),
        ({ events }) => events.map(drawn),
        signal,
        MOST_PAGES,
      ),
    ]);
    const [first] = tenures.all;
    const isWhole = isSame || (first !== undefined && first.from <= since);
    const before = isWhole ? null : await tenureBefore(group, Date.parse(since), signal);
    if (before && before.term !== first?.term) tenures.all.unshift(before);
    return [tenures, events] as const;
  };
  const [tenures, events] = await read(iso(wanted.from)).catch(async (problem: Problem) => {
    // what is sealed is in an archive; the rest can be drawn
    const sealed = problem.code === 'history-sealed' && (await sealOf(group, signal));
    if (!sealed || sealed.until >= until) throw problem;
    return read(sealed.until, sealed.at);
  });
  const { isFull, ...kept } = newestOf(
    // the last one that was known comes again, unless it ended before the window
    [...(tenures.all[0]?.term === lastTerm ? terms.slice(0, -1) : terms), ...tenures.all],
    [...seen, ...events.all],
  );
  return { group, of: wanted, ...kept, isCut: isFull || tenures.isCut || events.isCut };
}

/** What is drawn of an event: a page that is left open keeps thousands. */
function drawn({ version, type, words, data, meta }: HistoryEventReply): Event {
  const { runner, lastSeenAt } = data;
  const { at, actor, reason } = meta;
  return { version, type, words, data: { runner, lastSeenAt }, meta: { at, actor, reason } };
}

/** Up to where a history is sealed. */
const sealOf = async (group: string, signal: AbortSignal): Promise<TenuresPage['sealed']> =>
  (await ask<TenuresPage>(pathOf(groupPath(group, '/tenures'), { limit: 1 }), { signal })).sealed;

/** Years that the server knows. */
const iso = (ms: number): string => new Date(Math.max(0, ms)).toISOString();
