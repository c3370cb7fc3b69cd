import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NewEvent } from '@conclave/event-store';
import { ManualClock } from '@conclave/testing';
import { ClockSkew } from './clock-skew.js';

/** How long each record takes to the store, and its answer back, ms. */
type Ways = readonly (readonly [number, number])[];

/** A server that starts with a clock that is so wrong, and asks a store that has the time. */
async function started(wrongMs: number, ways: Ways) {
  const [clock, truth] = [new ManualClock(wrongMs), new ManualClock()];
  const pass = (ms: number): void => {
    for (const each of [clock, truth]) each.advance(ms);
  };
  const corrections: number[] = [];
  let way: Ways[number];
  const skew = new ClockSkew({
    store: {
      keepsTime: true,
      publish: async (stream: string, { id, type, data, meta }: NewEvent) => {
        pass(way[0]);
        const writtenMs = truth.wallMs();
        pass(way[1]);
        const event = { id, type, data, meta, stream, version: 1, position: '1', writtenMs };
        skew.apply({ stream, position: '1', events: [event] });
      },
    },
    clock,
    writer: 'w',
    correct: (byMs) => {
      corrections.push(byMs);
      clock.adopt(byMs);
    },
    problem: () => undefined,
  });
  for (way of ways) {
    await skew.ask();
    pass(1_000);
  }
  return { isKnown: skew.isKnown, wrongMs: clock.wallMs() - truth.wallMs(), corrections };
}

const ways = (mostMs: number) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: mostMs }), fc.integer({ min: 0, max: mostMs })), {
    minLength: 12,
    maxLength: 12,
  });

describe("a server's clock, compared with the store's (ADR 012)", () => {
  it('is within six seconds of it, however slow the store is, before anything is decided', async () => {
    const wrong = fc.integer({ min: -20_000, max: 20_000 });
    await fc.assert(
      fc.asyncProperty(wrong, ways(5_000), async (wrongMs, all) => {
        const { isKnown, wrongMs: leftMs } = await started(wrongMs, all);
        if (isKnown) expect(Math.abs(leftMs)).toBeLessThanOrEqual(6_000);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is left alone where it is right', async () => {
    await fc.assert(
      fc.asyncProperty(ways(5_000), async (all) => {
        expect((await started(0, all)).corrections).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['at once where the store is quick', [[20, 20]], true],
    ['after a few answers that come late', Array(5).fill([2_500, 2_500]), true],
    ['not while answers come too late to tell', Array(20).fill([4_000, 4_000]), false],
  ] as [string, Ways, boolean][])('is known: %s', async (_, all, isKnown) => {
    expect((await started(60_000, all)).isKnown).toBe(isKnown);
  });
});
