import { comparePositions } from '@conclave/event-store';
import { laterOf, type Behind, type Cursor, type Progress } from './cursor.js';
import type { Item } from './notices.js';

/** Notices of one group, in their order. Only its first one is ever under way. */
export interface Lane {
  readonly group: string | null;
  cursor: Cursor;
  /** What is known of what waits, in order. */
  items: Item[];
  /** Notices that are done behind `cursor`: it stands before the whole append of which they are. */
  done: Set<string>;
  /** There is, or may be, more in the log behind `items`. */
  isCut: boolean;
  /** Something came while the log was read for it: it may not have been read. */
  hasMissed: boolean;
  tries: number;
  failingMs: number | null;
  restsUntilMs: number;
  why: string | null;
}

/** So many groups are said to be behind in one record; with more, the rest is read again from a common place. */
const MOST_BEHIND = 200;

/**
 * What an endpoint has not been told yet: a lane for each group that has something waiting. It holds `most` items in all;
 * whatever is more stays in the log. Time is given; nothing is sent from here.
 */
export class Lanes {
  private readonly lanes = new Map<string | null, Lane>();
  private readonly ready = new Set<Lane>();
  private readonly resting = new Set<Lane>();
  /** Items that are held. */
  held = 0;
  /** How often all were woken. */
  wakings = 0;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.lanes.size;
  }
  get all(): Iterable<Lane> {
    return this.lanes.values();
  }
  has(group: string | null): boolean {
    return this.lanes.has(group);
  }

  /** What has just happened. `from`: how far a group has come that has nothing waiting. */
  offer(group: string | null, items: readonly Item[], from: Cursor): void {
    const lane = this.lanes.get(group) ?? this.open(group, from);
    if (lane.isCut || this.held + items.length > this.most) lane.isCut = lane.hasMissed = true;
    else this.hold(lane, items);
  }

  /** There is something in the log behind this place. */
  mark({ group, failingMs, ...cursor }: Behind): void {
    const lane = this.lanes.get(group) ?? this.open(group, cursor);
    lane.isCut = lane.hasMissed = true;
    lane.failingMs = failingMs;
  }

  private open(group: string | null, cursor: Cursor): Lane {
    const lane: Lane = {
      group,
      cursor,
      items: [],
      done: new Set(),
      isCut: false,
      hasMissed: false,
      tries: 0,
      failingMs: null,
      restsUntilMs: 0,
      why: null,
    };
    this.lanes.set(group, lane);
    this.ready.add(lane);
    return lane;
  }

  private hold(lane: Lane, items: readonly Item[]): void {
    const left = items.filter(({ notice }) => !lane.done.has(notice.id));
    lane.items.push(...left);
    this.held += left.length;
  }

  /** How many items may be read from the log for a lane. */
  get room(): number {
    return Math.max(1, this.most - this.held);
  }

  /** A lane whose turn it is; it is out of the queue until it is told how it went. Null: none. */
  next(nowMs: number): Lane | null {
    for (const lane of this.resting) {
      if (lane.restsUntilMs > nowMs) continue;
      this.resting.delete(lane);
      this.ready.add(lane);
    }
    for (const lane of this.ready) {
      this.ready.delete(lane);
      return lane;
    }
    return null;
  }

  /** What was read from the log behind its cursor, as far as `readTo`. `isWhole`: there is nothing behind that. */
  refill(lane: Lane, items: readonly Item[], readTo: Cursor, isWhole: boolean): void {
    this.hold(lane, items);
    lane.isCut = lane.hasMissed || !isWhole;
    if (items.length === 0) lane.cursor = laterOf(lane.cursor, readTo);
  }

  /** Its first item needs no more tries. */
  delivered(lane: Lane): void {
    const item = lane.items.shift()!;
    this.held--;
    const before = lane.cursor;
    lane.cursor = laterOf(before, item.then);
    if (lane.cursor.position === before.position && lane.cursor.atMs === before.atMs)
      lane.done.add(item.notice.id);
    else lane.done.clear();
    Object.assign(lane, { tries: 0, failingMs: null, why: null });
    this.release(lane);
  }

  /** Its turn is over. */
  release(lane: Lane): void {
    if (lane.items.length > 0 || lane.isCut) this.ready.add(lane);
    else this.lanes.delete(lane.group);
  }

  /** Nothing was done for it: it tries again later. What waits behind it is read again then. */
  rest(lane: Lane, untilMs: number, why: string): void {
    this.held -= lane.items.length;
    lane.items = [];
    Object.assign(lane, { isCut: true, restsUntilMs: untilMs, why });
    this.resting.add(lane);
  }

  /** Whoever rests has its turn at once: what kept them from being told has perhaps been mended. */
  wake(): void {
    this.wakings++;
    for (const lane of this.resting) lane.restsUntilMs = 0;
  }

  /** Nothing of this group will be told any more. */
  drop(lane: Lane): void {
    this.held -= lane.items.length;
    this.lanes.delete(lane.group);
  }

  /** `looked`: how far the log was looked at for all groups. */
  progress(looked: Cursor): Progress {
    const behind = [...this.lanes.values()]
      .map(({ group, cursor, failingMs }): Behind => ({ group, ...cursor, failingMs }))
      .sort(byPlace);
    const rest = behind.splice(MOST_BEHIND);
    if (rest.length === 0) return { ...looked, behind };
    const atMs = rest.reduce((least, one) => Math.min(least, one.atMs), looked.atMs);
    return { position: rest[0]!.position, atMs, behind };
  }
}

const byPlace = (a: Cursor, b: Cursor): number => comparePositions(a.position, b.position);
