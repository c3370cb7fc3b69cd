import { isoOfMs, type EndCause, type Iso, type Tenure, type VacancyWhy } from '@conclave/election';

/** How often something took how long. */
export interface Durations {
  count: number;
  meanMs: number | null;
  maxMs: number | null;
}
/** How well a group was led in a window. */
export interface Availability {
  from: Iso;
  to: Iso;
  /** Those that began in it. */
  terms: number;
  /** Of them those of another runner than the one before. */
  changes: number;
  changesPerDay: number;
  /** Somebody led; with the three that follow it makes up the window, to the millisecond. */
  ledMs: number;
  /** Somebody led who had been told to stop. */
  handoverMs: number;
  /** Nobody led; before the first term nobody was missed. */
  leaderlessMs: number;
  beforeFirstMs: number;
  leaderlessByCause: Partial<Record<EndCause, number>>;
  /** By what kept everybody from following when the vacancy began. */
  leaderlessByWhy: Partial<Record<VacancyWhy | 'unknown', number>>;
  /** Groups that nobody leads at the end of the window. */
  openVacancies: number;
  /** Share of the time since the first term, 0 to 1; null if there was no term yet. */
  ledShare: number | null;
  /**
   * Of leaders that fell silent: from their last sign of life to the next leader, who came in the window. Of
   * other failures nobody knows since when.
   */
  recovery: Durations;
  /** Of leaders that were told to stop, until they had. */
  handover: Durations;
}

const DAY_MS = 86_400_000;

/** Sums up tenures, oldest first, over a window; one that runs on, and a vacancy, last to its end. Pure. */
export function availabilityOf(tenures: readonly Tenure[], from: Iso, to: Iso): Availability {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const within = (a: number, b: number): number => Math.max(0, Math.min(b, toMs) - Math.max(a, fromMs));
  const isIn = (ms: number): boolean => ms >= fromMs && ms <= toMs;
  const byCause: Partial<Record<EndCause, number>> = {};
  const byWhy: Availability['leaderlessByWhy'] = {};
  const recoveries: number[] = [];
  const handovers: number[] = [];
  let [terms, changes, ledMs, handoverMs, leaderlessMs, openVacancies] = [0, 0, 0, 0, 0, 0];
  tenures.forEach((tenure, i) => {
    const [startMs, endMs] = [Date.parse(tenure.from), tenure.to === null ? toMs : Date.parse(tenure.to)];
    const stopMs = tenure.handoverFrom === null ? endMs : Date.parse(tenure.handoverFrom);
    ledMs += within(startMs, Math.min(stopMs, endMs));
    handoverMs += within(Math.min(stopMs, endMs), endMs);
    if (isIn(startMs)) {
      terms++;
      if (i > 0 && tenures[i - 1]!.runner !== tenure.runner) changes++;
    }
    if (tenure.endCause === null) return;
    const next = tenures[i + 1];
    const vacantMs = within(endMs, next ? Date.parse(next.from) : toMs);
    leaderlessMs += vacantMs;
    if (vacantMs > 0) {
      const why = tenure.vacancyWhy ?? 'unknown';
      byCause[tenure.endCause] = (byCause[tenure.endCause] ?? 0) + vacantMs;
      byWhy[why] = (byWhy[why] ?? 0) + vacantMs;
    }
    if (endMs <= toMs && (!next || Date.parse(next.from) > toMs)) openVacancies++;
    if (tenure.handoverMs !== null && isIn(endMs)) handovers.push(tenure.handoverMs);
    // each once, in the window in which it was over: what comes after a window says nothing about it
    if (tenure.silentMs !== null && next && isIn(Date.parse(next.from)))
      recoveries.push(tenure.silentMs + Date.parse(next.from) - endMs);
  });
  return {
    from,
    to,
    terms,
    changes,
    changesPerDay: perDay(changes, from, to),
    ledMs,
    handoverMs,
    leaderlessMs,
    beforeFirstMs: Math.max(0, toMs - fromMs) - ledMs - handoverMs - leaderlessMs,
    leaderlessByCause: byCause,
    leaderlessByWhy: byWhy,
    openVacancies,
    ledShare: shareOf(ledMs + handoverMs, leaderlessMs),
    recovery: durations(recoveries),
    handover: durations(handovers),
  };
}

export function perDay(count: number, from: Iso, to: Iso): number {
  const ms = Date.parse(to) - Date.parse(from);
  return ms > 0 ? (count * DAY_MS) / ms : 0;
}

export const shareOf = (ledMs: number, leaderlessMs: number): number | null =>
  ledMs + leaderlessMs > 0 ? ledMs / (ledMs + leaderlessMs) : null;

/** Of a whole, to a thousandth of a per cent; what is not all of it is never called 100. */
export const percentOf = (ms: number, wholeMs: number): string =>
  (Math.floor((ms * 100_000) / wholeMs) / 1_000).toFixed(3);

/** As arguments of a function there may be too many. */
const largest = (numbers: number[]): number => numbers.reduce((most, one) => Math.max(most, one), 0);

const durations = (ms: number[]): Durations => ({
  count: ms.length,
  meanMs: ms.length === 0 ? null : Math.round(ms.reduce((a, b) => a + b, 0) / ms.length),
  maxMs: ms.length === 0 ? null : largest(ms),
});

/** What is asked for, clipped to what there is: from the group's first event to now. */
export function windowOf(
  asked: { since?: Iso | undefined; until?: Iso | undefined },
  firstAt: Iso,
  now: Iso,
): { from: Iso; to: Iso } {
  const clip = (at: Iso): Iso =>
    isoOfMs(Math.min(Math.max(Date.parse(at), Date.parse(firstAt)), Date.parse(now)));
  return { from: clip(asked.since ?? firstAt), to: clip(asked.until ?? now) };
}
