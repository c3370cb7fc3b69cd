import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Intervals, type Interval } from './intervals.js';

const told = fc.array(
  fc.record({ fromMs: fc.nat(60), longMs: fc.nat(40), atMs: fc.nat(100), isEndless: fc.boolean() }),
);

it('finds the one told first of those that an instant is in, as one who looks through all', () => {
  fc.assert(
    fc.property(told, fc.array(fc.nat(120)), (given, instants) => {
      const all: Interval[] = given
        .map(({ fromMs, longMs, atMs, isEndless }) => ({
          fromMs: Math.min(fromMs, atMs),
          toMs: isEndless ? Infinity : fromMs + longMs,
          atMs,
        }))
        .sort((a, b) => a.atMs - b.atMs);
      const intervals = new Intervals();
      for (const one of all) intervals.add(one);
      for (const ms of instants.sort((a, b) => a - b))
        expect(intervals.at(ms)).toBe(all.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs) ?? null);
    }),
  );
});
