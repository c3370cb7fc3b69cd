import { describe, expect, it } from '@jest/globals';
import { availabilityOf } from '@conclave/audit';
import { AT, atPlus } from '@conclave/testing';

describe('availability', () => {
  const tenure = (term: number, runner: string, from: number, to: number | null, more: object = {}) => ({
    term,
    runner,
    from: atPlus(from),
    to: to === null ? null : atPlus(to),
    ms: null,
    handoverMs: null,
    endCause: to === null ? null : ('released' as const),
    silentMs: null,
    leaderlessAfterMs: null,
    orderedBy: null,
    orderReason: null,
    endOrderedBy: null,
    endOrderReason: null,
    lostTerms: 0,
    ...more,
  });
  const tenures = [
    tenure(1, 'a', 0, 10_000, { endCause: 'heartbeat-missed', silentMs: 4_000, leaderlessAfterMs: 2_000 }),
    tenure(2, 'b', 12_000, 20_000, { endCause: 'released', handoverMs: 500, leaderlessAfterMs: 0 }),
    tenure(3, 'a', 20_000, 30_000, { endCause: 'resigned' }),
  ];
  it('sums up who led, who was missed, how long it took to recover', () => {
    expect(availabilityOf(tenures, atPlus(0), atPlus(40_000))).toEqual({
      from: atPlus(0),
      to: atPlus(40_000),
      terms: 3,
      changes: 2,
      changesPerDay: (2 * 86_400) / 40,
      ledMs: 28_000,
      leaderlessMs: 12_000,
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
      recovery: { count: 0, meanMs: null },
      handover: { count: 0 },
    }));
  it('a group that never had a leader missed none', () =>
    expect(availabilityOf([], AT, atPlus(1_000))).toMatchObject({
      terms: 0,
      ledShare: null,
      leaderlessMs: 0,
    }));
});
