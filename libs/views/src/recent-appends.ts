import { positionOf, type Append } from '@conclave/election';
import { comparePositions, type Position } from '@conclave/event-store';

/** So many appends at most, of groups with so many runners in all: some 20 MiB with what is told of them. */
const [MOST_APPENDS, MOST_RUNNERS] = [4_096, 100_000];
/**
 * What was written longer ago many do not miss together. Of a history that is read nearly all is older, and to keep it for
 * thousands of appends makes it old for the garbage collector, too.
 */
const RECENT_MS = 600_000;

/**
 * The newest appends of all groups, in order: what many clients missed together (a server was away, a balancer cut them off)
 * is told to all of them without reading it for each. Of a whole run of them all or nothing is known.
 */
export class RecentAppends {
  /** By number, which has no gaps: the oldest is found without looking for it. */
  private readonly appends = new Map<number, Append>();
  private next = 0;
  private runners = 0;
  /** Everything after it is here; null: nothing is. */
  private since: Position | null = null;

  /** `nowMs`: wall clock. */
  add(append: Append, nowMs: number): void {
    const isOver = nowMs - Date.parse(append.events[0]!.meta.at) > RECENT_MS;
    // before the first one something may have been that was never told here; what a seal ends may not be told again
    if (this.since === null || isOver || append.events.some(({ type }) => type === 'HistorySealed'))
      return this.clear(positionOf(append));
    this.appends.set(this.next++, append);
    this.runners += append.after.runners.size;
    while (this.appends.size > MOST_APPENDS || this.runners > MOST_RUNNERS) {
      const number = this.next - this.appends.size;
      const oldest = this.appends.get(number)!;
      this.appends.delete(number);
      this.runners -= oldest.after.runners.size;
      this.since = positionOf(oldest);
    }
  }

  /** From here on nothing is known of what was up to `since`. */
  clear(since: Position | null): void {
    this.appends.clear();
    this.runners = 0;
    this.since = since;
  }

  /**
   * Those that begin after a position, to the newest one now; null if some of them may not be here. Throws if one is let go of
   * before it is its turn: whoever takes so long comes again.
   */
  after(position: Position): Iterable<Append> | null {
    if (this.since === null || comparePositions(position, this.since) < 0) return null;
    let from = this.next;
    const isMissed = (append: Append | undefined) =>
      append !== undefined && comparePositions(append.events[0]!.position, position) > 0;
    while (isMissed(this.appends.get(from - 1))) from--;
    return this.between(from, this.next);
  }

  private *between(from: number, to: number): Generator<Append> {
    for (let number = from; number < to; number++) {
      const append = this.appends.get(number);
      if (!append) throw new Error('what was recent is not any more');
      yield append;
    }
  }
}
