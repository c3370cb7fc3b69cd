import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Wheel, type Timed } from './wheel.js';

interface Item extends Timed {
  atMs: number;
}
const wheelOf = () => new Wheel<Item>(({ atMs }) => atMs);

describe('timer wheel', () => {
  it('names whoever is due, however often and whereto its time was moved', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('put' as const), n: fc.nat(7), inMs: fc.nat(2_000) }),
      fc.record({ op: fc.constant('takeOut' as const), n: fc.nat(7), inMs: fc.constant(0) }),
      fc.record({ op: fc.constant('pass' as const), n: fc.constant(0), inMs: fc.nat(700) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const [wheel, all, held] = [
          wheelOf(),
          Array.from({ length: 8 }, () => ({ atMs: 0 })),
          new Set<Item>(),
        ];
        let nowMs = 0;
        for (const { op, n, inMs } of steps) {
          const item: Item = all[n]!;
          if (op === 'put') {
            item.atMs = nowMs + inMs;
            wheel.put(item);
            held.add(item);
          } else if (op === 'takeOut') {
            wheel.takeOut(item);
            held.delete(item);
          } else nowMs += inMs;
          const due = [...held].filter(({ atMs }) => atMs <= nowMs);
          expect(new Set([...wheel.due(nowMs)])).toEqual(new Set(due));
          const inTurn = Array.from({ length: 6 }, () => [...wheel.dueInTurn(nowMs, 3)]); // 8 in three calls, and what was left of a round
          for (const some of inTurn) expect(new Set(some).size).toBe(some.length);
          expect(new Set(inTurn.flat())).toEqual(new Set(due));
          const next = Math.min(...[...held].map(({ atMs }) => atMs), Infinity);
          expect(wheel.isNear(nowMs + 300)).toBe(next <= nowMs + 300);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('looks at two thousand in one call, at the others in the next ones', () => {
    const wheel = wheelOf();
    for (let n = 0; n < 5_000; n++) wheel.put({ atMs: 1_000 });
    expect([1, 2, 3, 4].map(() => [...wheel.due(1_000)].length)).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  it('of a crowd that came in one moment everybody has his turn as others are done with', () => {
    const wheel = wheelOf();
    const left = new Set(Array.from({ length: 50_000 }, () => ({ atMs: 1_000 })));
    for (const item of left) wheel.put(item);
    for (let call = 0; call < 20; call++) expect([...wheel.due(1_000)].length).toBeLessThanOrEqual(20_000);
    for (let call = 0; left.size > 0 && call < 50; call++)
      for (const item of [...wheel.dueInTurn(1_000, 5_000)]) {
        if (left.delete(item)) wheel.putOff(item, 1_000);
        else wheel.takeOut(item);
      }
    expect(left.size).toBe(0);
    expect([[...wheel.due(1_999)].length, wheel.isNear(2_000)]).toEqual([0, true]);
  });
});
