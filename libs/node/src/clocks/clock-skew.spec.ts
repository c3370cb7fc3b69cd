import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StoreUnusable, type NewEvent } from '@conclave/event-store';
import { isoOf } from '@conclave/kernel';
import { ManualClock } from '@conclave/testing';
import { ClockSkew } from './clock-skew.js';

/** How long each record takes to the store, and its answer back, ms. */
type Ways = readonly (readonly [number, number])[];

/** Another server that writes to this log: how far its time is ahead of the truth, and its machine's clock of that. */
interface Other {
  timeMs: number;
  machineMs: number;
}

/** A server that starts with a clock that is so wrong, and asks a store that has the time. */
async function started(wrongMs: number, ways: Ways, others: readonly Other[] = [], refusals = 0) {
  const [clock, truth] = [new ManualClock(wrongMs), new ManualClock()];
  const pass = (ms: number): void => {
    for (const each of [clock, truth]) each.advance(ms);
  };
  const corrections: number[] = [];
  const problems: string[] = [];
  let left = refusals;
  let way: Ways[number];
  const skew = new ClockSkew({
    store: {
      keepsTime: true,
      publish: async (stream: string, { id, type, data, meta }: NewEvent) => {
        if (left-- > 0) throw new StoreUnusable('denied');
        pass(way[0]);
        const writtenMs = truth.wallMs();
        pass(way[1]);
        const event = { id, type, data, meta, stream, version: 1, position: '1', writtenMs };
        skew.apply({ stream, position: '1', events: [event] });
      },
    },
    clock,
    writer: 'w',
    machineAheadMs: (of) => others[Number(of)]!.machineMs,
    correct: (byMs) => {
      corrections.push(byMs);
      clock.adopt(byMs);
    },
    problem: (message) => problems.push(message),
  });
  others.forEach(({ timeMs }, n) => {
    const writtenMs = truth.wallMs();
    const event = {
      id: '1',
      type: 'BeatsObserved',
      data: { i: String(n) },
      version: 1,
      position: '1',
      writtenMs,
    };
    const meta = { v: 3, at: isoOf(writtenMs + timeMs) };
    skew.apply({ stream: 'presence', position: '1', events: [{ ...event, meta, stream: 'presence' }] });
  });
  for (way of ways) {
    await skew.ask();
    pass(1_000);
  }
  const leftMs = clock.wallMs() - truth.wallMs();
  return { isKnown: skew.isKnown, wrongMs: leftMs, corrections, problems, failure: skew.failure };
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

  it('is not known while this server may not write, which is said once; when it may it is', async () => {
    const refused = await started(60_000, Array(3).fill([20, 20]), [], 3);
    expect(refused).toMatchObject({ isKnown: false, failure: { message: 'denied' } });
    expect(refused.problems).toHaveLength(1);
    const { isKnown, wrongMs } = await started(60_000, Array(4).fill([20, 20]), [], 3);
    expect({ isKnown, isRight: Math.abs(wrongMs) < 100 }).toEqual({ isKnown: true, isRight: true });
  });

  const HOUR = 3_600_000;
  it.each([
    ['two others were set right since they started', 0, Array(2).fill([HOUR, -HOUR]), 0],
    ['four others were', 0, Array(4).fill([HOUR, -HOUR]), 0],
    ['it is wrong as others were', HOUR, Array(2).fill([HOUR, -HOUR]), 0],
    ['the clocks of two others were set wrong since they started', 0, Array(2).fill([0, HOUR]), 0],
    [
      'one of the others was set wrong, by less than the store',
      0,
      [
        [2 * HOUR, -HOUR],
        [2 * HOUR, 0],
        [2 * HOUR, 0],
      ],
      2 * HOUR,
    ],
    [
      'the clock that it has with the store was set wrong since it started before',
      0,
      [
        [-HOUR, HOUR],
        [-HOUR, 0],
        [-HOUR, 0],
      ],
      -HOUR,
    ],
  ] as [string, number, [number, number][], number][])(
    'counts the others by times that a clock has: %s',
    async (_, wrongMs, others, leftMs) => {
      const all = others.map(([timeMs, machineMs]) => ({ timeMs, machineMs }));
      expect(Math.abs((await started(wrongMs, [[20, 20]], all)).wrongMs - leftMs)).toBeLessThan(100);
    },
  );

  it.each([-HOUR, HOUR])(
    'is not right because the store agrees, where as many others have another one: %d ms',
    async (othersMs) => {
      const others = Array(2).fill({ timeMs: othersMs, machineMs: 0 });
      for (const wrongMs of [-10, 10])
        expect(Math.abs((await started(wrongMs, [[20, 20]], others)).wrongMs - othersMs)).toBeLessThan(100);
    },
  );
});
