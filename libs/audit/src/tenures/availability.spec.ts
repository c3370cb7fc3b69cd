import { describe, expect, it } from '@jest/globals';
import { availabilityOf, percentOf } from '@conclave/audit';
import { addToTenures, evolve, initialState, type Tenure } from '@conclave/election';
import { AT, atPlus, historyOf, storiesOf } from '@conclave/testing';

describe('availability', () => {
  const tenure = (term: number, runner: string, from: number, to: number | null, more: object = {}) => ({
    term,
    runner,
    from: atPlus(from),
    to: to === null ? null : atPlus(to),
    ms: null,
    handoverFrom: null as string | null,
    handoverMs: null,
    endCause: to === null ? null : ('released' as const),
    silentMs: null,
    leaderlessAfterMs: null,
    vacancyWhy: null,
    orderedBy: null,
    orderReason: null,
    endOrderedBy: null,
    endOrderReason: null,
    lostTerms: 0,
    ...more,
  });
  const tenures = [
    tenure(1, 'a', 0, 10_000, { endCause: 'heartbeat-missed', silentMs: 4_000, leaderlessAfterMs: 2_000 }),
    tenure(2, 'b', 12_000, 20_000, {
      endCause: 'released',
      handoverFrom: atPlus(19_500),
      handoverMs: 500,
      leaderlessAfterMs: 0,
    }),
    tenure(3, 'a', 20_000, 30_000, { endCause: 'resigned', vacancyWhy: 'all-tainted' }),
  ];
  it('sums up who led, who was missed, how long it took to recover', () => {
    expect(availabilityOf(tenures, atPlus(0), atPlus(40_000))).toEqual({
      from: atPlus(0),
      to: atPlus(40_000),
      terms: 3,
      changes: 2,
      changesPerDay: (2 * 86_400) / 40,
      ledMs: 27_500,
      handoverMs: 500,
      leaderlessMs: 12_000,
      beforeFirstMs: 0,
      leaderlessByWhy: { unknown: 2_000, 'all-tainted': 10_000 },
      openVacancies: 1,
      leaderlessByCause: { 'heartbeat-missed': 2_000, resigned: 10_000 },
      ledShare: 0.7,
      recovery: { count: 1, meanMs: 6_000, maxMs: 6_000 },
      handover: { count: 1, meanMs: 500, maxMs: 500 },
    });
  });
  it('counts only what lies in the window', () =>
    expect(availabilityOf(tenures, atPlus(11_000), atPlus(15_000))).toMatchObject({
      terms: 1,
      changes: 1,
      ledMs: 3_000,
      leaderlessMs: 1_000,
      recovery: { count: 1, meanMs: 6_000 },
      handover: { count: 0 },
    }));
  it('an outage over the end of a window is counted once, where the next leader came, whatever is known of later', () => {
    const recoveries = (from: number, to: number, known = tenures): number =>
      availabilityOf(known, atPlus(from), atPlus(to)).recovery.count;
    expect([recoveries(0, 11_000), recoveries(11_000, 40_000)]).toEqual([0, 1]);
    const then = [{ ...tenures[0]!, leaderlessAfterMs: null }]; // what evidence up to there holds
    expect(recoveries(0, 11_000, then)).toBe(0);
  });
  it('every window is made up of what is in it, to the millisecond, on any history', () => {
    for (const [n, story] of storiesOf(11, 150).entries()) {
      const history = historyOf(story);
      if (history.length === 0) continue;
      const recorded: Tenure[] = [];
      let state = initialState('g');
      for (const event of history) {
        addToTenures(recorded, { events: [event], before: state });
        state = evolve(state, event);
      }
      for (const [from, to] of [
        [0, 600_000],
        [n * 700, n * 1_300 + 5_000],
        [-5_000, 1_000],
      ]) {
        const a = availabilityOf(recorded, atPlus(from!), atPlus(to!));
        expect(a.ledMs + a.handoverMs + a.leaderlessMs + a.beforeFirstMs).toBe(to! - from!);
        expect(Math.min(a.ledMs, a.handoverMs, a.leaderlessMs, a.beforeFirstMs)).toBeGreaterThanOrEqual(0);
        for (const parts of [a.leaderlessByCause, a.leaderlessByWhy])
          expect(Object.values(parts).reduce((x, y) => x + y, 0)).toBe(a.leaderlessMs);
        expect(a.openVacancies).toBeLessThanOrEqual(1);
      }
    }
  });
  it('a group that never had a leader missed none', () =>
    expect(availabilityOf([], AT, atPlus(1_000))).toMatchObject({
      terms: 0,
      ledShare: null,
      leaderlessMs: 0,
    }));
});

it.each([
  [57, 100, '57.000'],
  [432_000_000 - 2_000, 432_000_000, '99.999'], // two seconds of five days
  [1, 3, '33.333'],
  [7, 7, '100.000'],
  [0, 7, '0.000'],
])('%i of %i ms is %s per cent', (ms, wholeMs, percent) => expect(percentOf(ms, wholeMs)).toBe(percent));
