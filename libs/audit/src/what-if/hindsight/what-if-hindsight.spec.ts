import { describe, expect, it } from '@jest/globals';
import type { ElectionCommand } from '@conclave/election';
import type { WhatIf } from '@conclave/audit';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { asked, back, facts, register, step, who } from '../what-if.fixture.js';

// Each was found by test/second-run: a real second run did otherwise than was foretold.

const expired = (term: number, silentMs: number, leaseMs: number): ElectionCommand => ({
  type: 'ReportLeaseExpired',
  term,
  ...facts(silentMs, leaseMs),
});
const ends = ({ other }: WhatIf) => other.tenures.map((t) => [t.runner, t.to, t.endCause]);
const led = (settings: object, ...runners: string[]): Story => [
  step(0, to.configure({ heartbeatMs: 500, ...settings })),
  ...runners.map((runner) => step(0, register(runner))),
];

describe('what if', () => {
  it('a leader that was removed releases; only whoever was superseded cannot', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, { ...register('b'), priority: 5 } as ElectionCommand),
      step(10_000, to.deregister('b')),
      step(10_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { strategy: 'priority', failback: 'always' } });
    expect(ends(answer).slice(0, 2)).toEqual([
      ['a', atPlus(0), 'released'],
      ['b', atPlus(10_000), 'released'],
    ]);
  });

  it('the lease of a process that was silent is waited for, also when the next one has come', async () => {
    const story: Story = [
      ...led({}, 'a'),
      step(60_000, expired(1, 15_000, 15_000)),
      step(5_000, register('a', 2)),
      step(60_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 30_000 } });
    expect(ends(answer)[0]).toEqual(['a', atPlus(75_000), 'lease-expired']);
    expect(answer.other.tenures[0]!.handoverFrom).toBe(atPlus(65_000));
  });

  it('whoever is elected in a silence does not take up its term', async () => {
    const story: Story = [
      ...led({}, 'a', 'b', 'c'),
      step(60_000, expired(1, 15_000, 15_000)),
      step(1_000, expired(2, 11_000, 15_000)), // b, silent since 50 s
      step(4_000, to.silent('b', null, facts(15_000))),
      step(60_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 30_000 } });
    expect(ends(answer)).toEqual([
      ['a', atPlus(75_000), 'heartbeat-missed'],
      ['b', atPlus(76_000), 'lease-expired'],
      ['c', null, null],
    ]);
  });

  it('also if it was heard last at the very instant of its election', async () => {
    const story: Story = [
      ...led({}, 'a', 'b'),
      step(10_000, to.release('a', 1)), // a again; heard last now
      step(15_000, expired(2, 15_000, 15_000)),
      step(9_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 20_000 } });
    expect(ends(answer).slice(0, 2)).toEqual([
      ['a', atPlus(10_000), 'released'],
      ['a', atPlus(11_000), 'lease-expired'],
    ]);
  });

  it('a term that was never taken up says nothing of a silence before it', async () => {
    const story: Story = [
      ...led({ leaseMs: 8_000 }, 'a', 'b'),
      step(10_000, to.pin('b', 'prefer')), // b is silent since 6 s
      step(50, to.release('a', 1)),
      step(1_000, expired(2, 5_050, 8_000)),
      step(2_950, expired(3, 8_000, 8_000)),
      step(6_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 4_500 } });
    expect(ends(answer)).toEqual([
      ['a', atPlus(10_050), 'released'],
      ['b', atPlus(10_500), 'heartbeat-missed'],
      ['a', null, null],
    ]);
  });

  it('a handover takes as long as in the record, whatever is noticed sooner meanwhile', async () => {
    const story: Story = [
      ...led({ leaseMs: 6_000 }, 'a', 'b', 'c'),
      step(10_000, to.taint('a')),
      step(2_400, to.release('a', 1)),
      step(2_600, expired(2, 6_000, 6_000)), // b, silent since 9 s: with 3 s noticed at 12 s
      step(6_000, back('b', 12_000)),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 3_000 } });
    expect(ends(answer)).toEqual([
      ['a', atPlus(12_400), 'released'],
      ['c', null, null],
    ]);
  });

  it('a handover that was due is the one that is recorded a little later', async () => {
    const story: Story = [
      ...led({}, 'a', 'c'),
      step(10_000, to.pin('c', 'prefer')),
      step(50, to.release('a', 1)),
      step(9_950, to.resign('c', 2, 7_000)),
      step(7_040, { type: 'Reconcile', cause: 'cooldown-over' }),
      step(2_000, to.release('a', 3)),
      step(6_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 3_000 } });
    expect(ends(answer).at(-2)).toEqual(['a', atPlus(29_040), 'released']);
    expect(answer.limits.join()).not.toContain('handovers are not in the record');
  });

  it('of a handover that begins later than in the record it is said that its end is not known', async () => {
    const story: Story = [
      ...led({ leaseMs: 2_000, failback: 'always' }, 'a', 'b'),
      step(10_000, expired(1, 2_000, 2_000)),
      step(5_000, back('a', 7_000)),
      step(2_000, { type: 'Reconcile', cause: 'cooldown-over' }), // a is back for a whole lease
      step(1_200, to.release('b', 2)),
      step(9_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 3_000 } });
    expect(answer.other.tenures[1]).toMatchObject({ handoverFrom: atPlus(18_000), to: atPlus(18_200) });
    expect(answer.limits).toContainEqual(expect.stringMatching(/^1 handovers begin later here/));
  });

  it('where a longer lease had been granted before, the silence counts, not when it was acted on', async () => {
    const story: Story = [
      ...led({ leaseMs: 8_000 }, 'a', 'b'),
      step(10_000, to.configure({ leaseMs: 2_000 })),
      step(7_000, expired(1, 8_150, 2_000)), // silent since 8.85 s
      step(6_000, to.configure({ drainMs: 1 })),
    ];
    for (const leaseMs of [2_000, 3_000])
      expect(ends(await asked(historyOf(story), { settings: { leaseMs } }))[0]).toEqual([
        'a',
        atPlus(8_850 + leaseMs + 320), // 1 % of the recorded lease, and 300 ms to notice it
        'heartbeat-missed',
      ]);
  });

  it('of a leader that was heard, the lease in force counts, not the longest of its term', async () => {
    const story: Story = [
      ...led({ leaseMs: 8_000 }, 'a', 'b'),
      step(10_000, to.configure({ leaseMs: 4_500 })),
      step(20_000, to.deregister('a')),
      step(3_650, expired(1, 0, 8_000)),
      step(6_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 3_000 } });
    expect(ends(answer)[0]).toEqual(['a', atPlus(33_650 - 1_500), 'lease-expired']);
  });

  it('a transfer away from somebody who does not lead is left out, and said to be', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, { ...register('b'), priority: 5 } as ElectionCommand),
      step(10_000, to.transfer()),
      step(50, to.release('a', 1)),
      step(10_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { strategy: 'priority', failback: 'always' } });
    expect(who(answer.other)).toBe('a b');
    expect(answer.limits).toContainEqual(expect.stringMatching(/^1 transfers away from a leader/));
  });

  it('a term that was never taken up is not, either, where it begins when it was due', async () => {
    const story: Story = [
      ...led({}, 'a'),
      step(10_000, { type: 'PauseElections', expiresAt: null, ttlMs: 5_000 }),
      step(10, to.release('a', 1)),
      step(5_030, { type: 'Reconcile', cause: 'cooldown-over' }), // 40 ms late, as in life
      ...[2, 3, 4].map((term) => step(1_010, expired(term, 0, 15_000))),
      step(60_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(story), { settings: { drainMs: 20_000 } });
    expect(ends(answer)).toEqual([
      ['a', atPlus(10_010), 'released'],
      ...[1, 2, 3, 4].map((n) => ['a', atPlus(15_000 + n * 1_000), 'lease-expired']),
      ['a', null, null],
    ]);
  });
});
