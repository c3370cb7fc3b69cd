import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePositions } from '@conclave/event-store';
import { Lanes, type Cursor, type Item, type Lane, type Progress } from '../src/index.js';

const MOST = 5;
const place = (n: number): Cursor => ({ position: String(n), atMs: n });
const itemAt = (group: string, n: number): Item =>
  ({ notice: { id: `${n}`, group }, then: place(n) }) as unknown as Item;

describe('of an append that has several', () => {
  it('those that were delivered are not told again for one that is refused, which is tried ever more seldom', () => {
    const lanes = new Lanes(MOST);
    const two = ['one', 'two'].map(
      (id, n) => ({ notice: { id, group: 'g' }, then: place(n) }) as unknown as Item,
    );
    lanes.offer('g', two, place(0));
    const told: string[] = [];
    for (let nowMs = 0; nowMs < 500; nowMs += 100) {
      const lane = lanes.next(nowMs)!;
      if (lane.items.length === 0) lanes.refill(lane, two, place(1), true);
      const [item] = lane.items;
      told.push(item!.notice.id);
      if (item!.notice.id === 'one') {
        lanes.delivered(lane);
        continue;
      }
      lane.tries++;
      lane.failingMs ??= nowMs;
      lanes.rest(lane, nowMs, 'no');
    }
    expect(told).toEqual(['one', 'two', 'two', 'two', 'two']);
    expect([...lanes.all].map(({ tries, failingMs }) => [tries, failingMs])).toEqual([[4, 100]]);
  });
});

/** A log of groups, an endpoint that fails at times, and a server that dies at times: what was told, in its order. */
class Played {
  readonly log: string[] = [];
  readonly told: { group: string; n: number }[] = [];
  lanes = new Lanes(MOST);
  recorded: Progress = { ...place(0), behind: [] };
  nowMs = 0;
  mostHeld = 0;

  happens(group: string): void {
    const from = place(this.log.length);
    this.log.push(group);
    this.lanes.offer(group, [itemAt(group, this.log.length)], from);
  }
  record(): void {
    this.recorded = structuredClone(this.lanes.progress(place(this.log.length)));
  }
  /** What is in memory is lost. */
  dies(): void {
    this.lanes = new Lanes(MOST);
    const { behind, ...cursor } = this.recorded;
    for (const one of behind) this.lanes.mark(one);
    for (const group of new Set(this.log))
      if (!this.lanes.has(group) && this.log.lastIndexOf(group) + 1 > Number(cursor.position))
        this.lanes.mark({ group, ...cursor, failingMs: null });
  }
  /** `during`: a group of which something happens while the log is read. */
  turn(isTaken: boolean, during?: string): boolean {
    this.nowMs += 10;
    const lane = this.lanes.next(this.nowMs);
    if (!lane) return false;
    if (lane.items.length === 0) this.reread(lane, during);
    this.mostHeld = Math.max(this.mostHeld, this.lanes.held);
    const [item] = lane.items;
    if (!item) this.lanes.release(lane);
    else if (isTaken) {
      this.told.push({ group: lane.group!, n: Number(item.notice.id) });
      this.lanes.delivered(lane);
    } else this.lanes.rest(lane, this.nowMs + 50, 'no');
    return true;
  }
  private reread(lane: Lane, during?: string): void {
    lane.hasMissed = false;
    const missing = this.log.flatMap((group, n) => {
      const isBehind = comparePositions(String(n + 1), lane.cursor.position) > 0;
      return group === lane.group && isBehind ? [itemAt(group, n + 1)] : [];
    });
    if (during) this.happens(during);
    const items = missing.slice(0, this.lanes.room);
    this.lanes.refill(lane, items, items.at(-1)?.then ?? lane.cursor, items.length === missing.length);
  }
}

const anyGroupOrNone = fc.constantFrom('a', 'b', 'c', undefined);
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c').map((group) => ({ do: 'happens', group })) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('turn'), isTaken: fc.boolean(), during: anyGroupOrNone }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'record' }) },
  { weight: 1, arbitrary: fc.constant({ do: 'dies' }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wakes' }) },
);

describe('lanes', () => {
  it('tell everything, in order per group, whatever fails and whenever the server dies', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 200, size: 'max' }), (steps) => {
        const played = new Played();
        for (const step of steps as { do: string; group: string; isTaken: boolean; during?: string }[]) {
          if (step.do === 'happens') played.happens(step.group);
          else if (step.do === 'turn') played.turn(step.isTaken, step.during);
          else if (step.do === 'record') played.record();
          else if (step.do === 'wakes') played.lanes.wake();
          else played.dies();
        }
        while (played.lanes.size > 0) played.turn(true);
        for (const group of ['a', 'b', 'c']) {
          const firsts = [...new Set(played.told.filter((one) => one.group === group).map(({ n }) => n))];
          const happened = played.log.flatMap((g, n) => (g === group ? [n + 1] : []));
          expect(firsts).toEqual(happened);
        }
        expect(played.mostHeld).toBeLessThanOrEqual(MOST + 1);
        expect(played.lanes.held).toBe(0);
      }),
    );
  });

  it('a group that fails holds up no other', () => {
    const played = new Played();
    for (const group of ['a', 'b', 'a', 'b']) played.happens(group);
    played.turn(false); // a
    for (let n = 0; n < 2; n++) played.turn(true);
    expect(played.told.map(({ group }) => group)).toEqual(['b', 'b']);
    expect(played.turn(true)).toBe(false); // a rests
    played.nowMs += 100;
    played.turn(true);
    expect(played.told.at(-1)).toEqual({ group: 'a', n: 1 });
    played.turn(false);
    played.lanes.wake();
    played.turn(true); // at once
    expect(played.told.at(-1)).toEqual({ group: 'a', n: 3 });
  });

  it('with more groups behind than a record names, the rest is read again from a place before all of it', () => {
    const lanes = new Lanes(1_000);
    for (let n = 1; n <= 300; n++) lanes.offer(`g${n}`, [itemAt(`g${n}`, n)], place(n - 1));
    const { behind, position } = lanes.progress(place(300));
    expect(behind).toHaveLength(200);
    expect(position).toBe('200');
    expect(lanes.progress(place(300)).behind[0]).toEqual({ group: 'g1', ...place(0), failingMs: null });
  });

  it('what was tried in vain says so in the record, so that giving up outlives the server', () => {
    const lanes = new Lanes(10);
    lanes.offer('a', [itemAt('a', 1)], place(0));
    const lane = lanes.next(0)!;
    lane.failingMs = 7;
    lanes.rest(lane, 100, 'answered 500');
    const again = new Lanes(10);
    for (const one of lanes.progress(place(1)).behind) again.mark(one);
    expect(again.next(0)).toMatchObject({ group: 'a', failingMs: 7, isCut: true });
  });
});
