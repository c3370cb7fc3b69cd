export interface Interval {
  fromMs: number;
  /** Not any more then. */
  toMs: number;
  /** When it was told; never before the one that was added before it. */
  atMs: number;
}

/** Intervals in the order in which they were told, asked for ever later instants: each is passed once. */
export class Intervals {
  private readonly all: Interval[] = [];
  private passed = 0;
  private longestMs = 0;

  add(interval: Interval): void {
    this.all.push(interval);
    this.longestMs = Math.max(this.longestMs, interval.atMs - interval.fromMs);
  }

  /** The one told first of those that this instant is in. */
  at(ms: number): Interval | null {
    while (this.passed < this.all.length && this.all[this.passed]!.toMs <= ms) this.passed++;
    for (let next = this.passed; next < this.all.length; next++) {
      const interval = this.all[next]!;
      if (interval.atMs - this.longestMs > ms) return null; // it began later, and so did all that follow
      if (interval.fromMs <= ms && ms < interval.toMs) return interval;
    }
    return null;
  }
}
