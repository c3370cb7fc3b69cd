import { Round } from './round.js';

/** Whoever is put into a wheel; all of this is the wheel's. */
export interface Timed {
  slot?: number | undefined;
  /** Its neighbours in its slot. */
  before?: Timed | undefined;
  after?: Timed | undefined;
  /** It is not due again before. */
  againMs?: number | undefined;
}

const SLOT_MS = 100;
const AGAIN_MS = 1_000;
const RIPE = -Infinity;
/** Looked at in one call, some 5 ms: everybody's time may come in one moment. */
const MOST_A_LOOK = 2_000;
/** The others are looked at when some of these are done with. */
const MOST_RIPE = 20_000;

/** In the order in which they came. They hold each other: sets of a crowd grow anew in every slot, for a collector to take away. */
interface Slot<T> {
  first?: T | undefined;
  last?: T | undefined;
}

/**
 * Whose time has come, of many whose time is put off again and again before it does: each is looked at when the time that it
 * was given first comes, not each time it is put off (a timer wheel, lazy). Pure.
 */
export class Wheel<T extends Timed> {
  private readonly slots = new Map<number, Slot<T>>();
  /** Looked at, and not put off since: so few calls are about them that none needs to look at all. */
  private readonly ripe = new Set<T>();
  private readonly round = new Round(this.ripe);
  /** No slot below it holds anybody. */
  private lowest = Infinity;

  constructor(private readonly ownTimeOf: (item: T) => number) {}

  private timeOf = (item: T): number => Math.max(this.ownTimeOf(item), item.againMs ?? -Infinity);

  /** Somebody new, or whose time has changed; where it was put off this costs nothing. */
  put(item: T): void {
    const slot = this.slotOf(item);
    if (item.slot !== undefined && item.slot !== RIPE && item.slot <= slot) return;
    this.takeOut(item);
    this.add(item, slot);
  }

  /** Something is done about it: it is due again a second later, in case that was lost. */
  putOff(item: T, nowMs: number): void {
    item.againMs = nowMs + AGAIN_MS;
    this.put(item);
  }

  takeOut(item: T): void {
    const { slot, before, after } = item;
    if (slot === undefined) return;
    item.slot = item.before = item.after = undefined;
    if (slot === RIPE) {
      this.ripe.delete(item);
      return;
    }
    const held = this.slots.get(slot)!;
    if (before) before.after = after;
    else held.first = after as T | undefined;
    if (after) after.before = before;
    else held.last = before as T | undefined;
    if (!held.first) this.slots.delete(slot);
  }

  /** Those whose time has come; of very many at once the last ones with one of the next calls. */
  *due(nowMs: number): Generator<T> {
    this.look(nowMs);
    for (const item of this.ripe) if (this.timeOf(item) <= nowMs) yield item;
  }

  /** The same, but looks at no more than `most`: at the others with the next calls, in turn. */
  *dueInTurn(nowMs: number, most: number): Generator<T> {
    this.look(nowMs);
    for (const item of this.round.take(most)) if (this.timeOf(item) <= nowMs) yield item;
  }

  /** So many are due that others may have to wait until they are looked at. */
  get isCrowded(): boolean {
    return this.ripe.size > MOST_RIPE / 4;
  }

  /** True if somebody's time comes up to then. */
  isNear(untilMs: number): boolean {
    for (const _ of this.due(untilMs)) return true;
    return false;
  }

  private slotOf(item: T): number {
    return Math.floor(this.timeOf(item) / SLOT_MS);
  }

  private add(item: T, slot: number): void {
    let held = this.slots.get(slot);
    if (!held) this.slots.set(slot, (held = {}));
    item.slot = slot;
    item.before = held.last;
    if (held.last) held.last.after = item;
    else held.first = item;
    held.last = item;
    this.lowest = Math.min(this.lowest, slot);
  }

  private look(untilMs: number): void {
    const until = Math.floor(untilMs / SLOT_MS);
    for (let looked = 0; this.slots.size > 0 && this.lowest <= until; this.lowest++)
      for (let item = this.firstIn(this.lowest); item; item = this.firstIn(this.lowest)) {
        if (++looked > MOST_A_LOOK || this.ripe.size >= MOST_RIPE) return;
        this.takeOut(item);
        if (this.slotOf(item) > until) this.add(item, this.slotOf(item));
        else {
          item.slot = RIPE;
          this.ripe.add(item);
        }
      }
    if (this.slots.size === 0) this.lowest = Infinity;
  }

  private firstIn(slot: number): T | undefined {
    return this.slots.get(slot)?.first;
  }
}
