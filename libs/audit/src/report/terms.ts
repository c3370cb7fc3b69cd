import type { Iso, Tenure, VacancyWhy } from '@conclave/election';

export interface Span {
  from: Iso;
  to: Iso;
}

/** A time in which nobody led, between two terms or after the last one. */
export interface Vacancy {
  afterTerm: number;
  from: Iso;
  /** Null: nobody led yet at the end of the window. */
  to: Iso | null;
  /** Of the window. */
  ms: number;
  why: VacancyWhy | 'unknown';
}

/** How much of what lasted from `start` to `end` lies in a window; null: it lasts on. */
export const msWithin = ({ from, to }: Span, start: Iso, end: Iso | null): number =>
  Math.max(
    0,
    Math.min(Date.parse(end ?? to), Date.parse(to)) - Math.max(Date.parse(start), Date.parse(from)),
  );

/** Terms, oldest first, as the record had them at an instant: the last one may have run, or nobody followed it yet. */
export function knownAt(tenures: readonly Tenure[], at: Iso): Tenure[] {
  const known = tenures.filter(({ from }) => from <= at);
  const last = known.pop();
  if (!last) return known;
  if (last.to !== null && last.to <= at)
    return [...known, known.length + 1 < tenures.length ? { ...last, leaderlessAfterMs: null } : last];
  const handoverFrom = last.handoverFrom !== null && last.handoverFrom <= at ? last.handoverFrom : null;
  const running = {
    to: null,
    ms: null,
    handoverFrom,
    handoverMs: null,
    endCause: null,
    silentMs: null,
    leaderlessAfterMs: null,
    vacancyWhy: null,
    endOrderedBy: null,
    endOrderReason: null,
  };
  return [...known, { ...last, ...running }];
}

/** Of terms that were known at the end of the window, those that touch it. */
export const termsIn = (known: readonly Tenure[], window: Span): Tenure[] =>
  known.filter(({ to }) => to === null || to >= window.from);

/** Also one that had begun before the window. */
export function vacanciesIn(known: readonly Tenure[], window: Span): Vacancy[] {
  return known.flatMap(({ term, to: from, vacancyWhy }, i): Vacancy[] => {
    if (from === null) return [];
    const to = known[i + 1]?.from ?? null;
    const ms = msWithin(window, from, to);
    return ms > 0 || to === null ? [{ afterTerm: term, from, to, ms, why: vacancyWhy ?? 'unknown' }] : [];
  });
}
