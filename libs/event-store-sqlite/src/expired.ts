/** An event, and when it was written by the clock of who wrote it; null: that is not said, or rotten. */
export interface Dated {
  version: number;
  at: string | null;
}

/** How many of the oldest events of a stream have expired. `oldest` ends with one that stays. */
export type Expired = (oldest: readonly Dated[], from: (version: number) => Dated | null) => number;

/**
 * Those from before `before`. What is from after `now` was written by a clock that was ahead; it is older than what comes after
 * it, and goes before that. What says no time goes with what comes after it.
 */
export const expiredBy =
  ({ before, now }: { before: string; now: string }): Expired =>
  (oldest, from) => {
    const most = oldest.length - 1;
    let count = 0;
    for (const [index, { at }] of oldest.slice(0, most).entries()) {
      if ((at ?? '') >= before) break;
      if (at !== null) count = index + 1;
    }
    const isFuture = (one: Dated | null): boolean => one !== null && (one.at === null || one.at > now);
    const [first] = oldest;
    if (count > 0 || most < 1 || !isFuture(first!)) return count;
    let [lo, step] = [first!.version, 1];
    for (; isFuture(from(lo + step)); step *= 2) lo += step;
    let hi = lo + step;
    while (hi - lo > 1) {
      const middle = (lo + hi) >> 1;
      if (isFuture(from(middle))) lo = middle;
      else hi = middle;
    }
    return (from(hi)?.at ?? before) < before ? Math.min(most, hi - first!.version) : 0;
  };
