import type { Append, GroupListener, GroupState, Id } from '@conclave/election';
import { isoOf, type Clock } from '@conclave/kernel';

/**
 * The time that each group lives by (ADR 012): the wall clock, or, where a clock that was ahead has written the newest
 * event, the time of that event and what has passed since it was read. So time never goes back in a group, and never
 * stands still: what lasts a second ends a second later.
 */
export class GroupTime implements GroupListener {
  private readonly ahead = new Map<Id, { atMs: number; readMs: number }>();

  constructor(private readonly clock: Clock) {}

  changed({ after }: Append): void {
    this.read(after);
  }

  /** The group's newest event is known from now on. */
  read({ id, lastAt }: GroupState): void {
    const atMs = lastAt === null ? 0 : Date.parse(lastAt);
    if (atMs > this.clock.wallMs()) this.ahead.set(id, { atMs, readMs: this.clock.monotonicMs() });
    else this.ahead.delete(id);
  }

  nowMs(group: Id): number {
    const wallMs = this.clock.wallMs();
    const ahead = this.ahead.get(group);
    return ahead ? Math.max(wallMs, ahead.atMs + this.clock.monotonicMs() - ahead.readMs) : wallMs;
  }

  /** What the clock said at a moment that is over, in the time of the group; in few groups it is another. */
  then(group: Id, wallMs: number): number {
    if (!this.ahead.has(group)) return wallMs;
    const nowMs = Math.floor(this.nowMs(group));
    return Math.min(nowMs, wallMs + nowMs - this.clock.wallMs());
  }

  now(group: Id): string {
    return isoOf(Math.floor(this.nowMs(group)));
  }

  /** No group's time is later. */
  get latestMs(): number {
    return this.clock.wallMs() + this.aheadMs;
  }

  /** The same, as it is written. */
  get latest(): string {
    return isoOf(Math.floor(this.latestMs));
  }

  /** How far the groups' times are ahead of the clock, ms; 0 if none is. */
  get aheadMs(): number {
    const aheadMs = [...this.ahead.keys()].map((group) => this.nowMs(group) - this.clock.wallMs());
    return aheadMs.reduce((most, ms) => Math.max(most, ms), 0); // as arguments there may be too many
  }
}
