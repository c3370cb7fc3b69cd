import { describe, expect, it } from '@jest/globals';
import { merge } from './bars.js';
import { layoutOf, newestOf, type Event, type Facts, type Tenure } from './layout.js';
import { panned, zoomed } from './move.js';

const at = (s: number): string => new Date(s * 1_000).toISOString();
const term = (
  n: number,
  runner: string,
  from: number,
  to: number | null,
  more: Partial<Tenure> = {},
): Tenure =>
  ({
    term: n,
    runner,
    from: at(from),
    to: to === null ? null : at(to),
    handoverFrom: null,
    vacancyWhy: null,
    leaderlessAfterMs: null,
    ...more,
  }) as Tenure;
const event = (type: string, s: number, runner: string, actor = 'system', data: object = {}): Event =>
  ({ type, data: { runner, ...data }, meta: { at: at(s), actor }, words: type }) as unknown as Event;
const facts = (more: Partial<Facts>): Facts => ({
  tenures: [],
  events: [],
  runners: [],
  now: 100_000,
  ...more,
});
const WINDOW = { from: 0, to: 100_000 };

describe('layout of a timeline', () => {
  it('a lane a runner by seniority; terms, times of being told to stop, and a gap where nobody led', () => {
    const tenures = [term(1, 'a', 10, 40, { handoverFrom: at(30) }), term(2, 'b', 50, null)];
    const { lanes } = layoutOf(facts({ tenures, runners: ['b', 'a'] }), WINDOW, 1_000);
    expect(
      lanes.map(({ name, bars }) => [name, ...bars.map(({ x, width, first }) => [first.kind, x, width])]),
    ).toEqual([
      ['b', ['led', 500, 500]],
      ['a', ['led', 100, 200], ['told', 300, 100]],
      ['', ['gap', 400, 100]],
    ]);
  });

  it('no gap between terms that follow at once; a pause is no gap that anybody need mend', () => {
    const tenures = [term(1, 'a', 0, 20), term(2, 'a', 20, 50, { vacancyWhy: 'paused' })];
    const { lanes } = layoutOf(facts({ tenures }), WINDOW, 1_000);
    expect(lanes[1]!.bars.map(({ first }) => [first.kind, first.from, first.to])).toEqual([
      ['held', 50_000, 100_000],
    ]);
  });

  it('a silence begins with the last sign of life and ends when the runner is active again, or goes on', () => {
    const events = [
      event('HeartbeatMissed', 20, 'a', 'system', { lastSeenAt: at(10) }),
      event('RunnerActivated', 40, 'a'),
      event('HeartbeatMissed', 80, 'b', 'system', { lastSeenAt: null }),
    ];
    const { lanes } = layoutOf(facts({ events }), WINDOW, 1_000);
    expect(lanes.map(({ name, bars }) => [name, bars[0]!.x, bars[0]!.width])).toEqual([
      ['a', 100, 300],
      ['b', 800, 200],
    ]);
  });

  it('flags are orders of people only; those too close share one', () => {
    const events = [
      event('RunnerTainted', 10, 'a', 'claimed:ana'),
      event('RunnerUntainted', 10.5, 'a', 'operator:bob'),
      event('RunnerUntainted', 50, 'a', 'system'),
      event('LeaderPinned', 60, 'a', 'operator:bob'),
    ];
    const { flags } = layoutOf(facts({ events }), WINDOW, 1_000);
    expect(flags.map((flag) => [flag.x, flag.events.length])).toEqual([
      [100, 2],
      [600, 1],
    ]);
  });

  it('10,000 terms are at most as many bars as there are pixels, and none is lost', () => {
    const spans = Array.from({ length: 10_000 }, (_, n) => ({ from: n * 10, to: n * 10 + 5 }));
    const bars = merge(spans, WINDOW, 800);
    expect(bars.length).toBeLessThan(800);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    const runners = Array.from({ length: 1_000 }, (_, n) => `r${n}`);
    const tenures = Array.from({ length: 10_000 }, (_, n) =>
      term(n + 1, `r${n % 1_000}`, n * 10, n * 10 + 10),
    );
    const { lanes, hidden } = layoutOf(facts({ tenures, runners, now: 1e8 }), { from: 0, to: 1e8 }, 800);
    expect([lanes.length, hidden]).toEqual([24, 976]);
  });
});

it('of a page that is left open the newest facts are kept, and not more than can be held for long', () => {
  const all = Array.from({ length: 12_000 }, (_, n) => n);
  const { tenures, events, isFull } = newestOf(all, all);
  expect([tenures.length, tenures.at(-1), events.length, events[0], isFull]).toEqual([
    10_000,
    11_999,
    5_000,
    7_000,
    true,
  ]);
  expect(newestOf([1], [2])).toEqual({ tenures: [1], events: [2], isFull: false });
});

describe('moving through time', () => {
  it('zooms around a point, pans, and never shows what is yet to come', () => {
    expect(zoomed({ from: 0, to: 100_000 }, 0.5, 0.5, 1e9)).toEqual({ from: 25_000, to: 75_000 });
    expect(zoomed({ from: 0, to: 1_000 }, 0.5, 0, 1e9)).toEqual({ from: 0, to: 1_000 }); // near enough
    expect(panned({ from: 0, to: 100_000 }, -0.5, 1e9)).toEqual({ from: -50_000, to: 50_000 });
    expect(panned({ from: 0, to: 100_000 }, 0.5, 120_000)).toEqual({ from: 20_000, to: 120_000 });
    expect(zoomed({ from: 0, to: 100_000 }, 2, 0.5, 100_000)).toEqual({ from: -100_000, to: 100_000 });
  });
});
