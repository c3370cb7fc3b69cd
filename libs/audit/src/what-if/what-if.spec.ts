import { describe, expect, it } from '@jest/globals';
import type { ElectionCommand, SettingsPatch } from '@conclave/election';
import { inc } from '@conclave/processes';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { asked, back, facts, outage, register, step, who } from './what-if.fixture.js';

describe('what if', () => {
  it('failback: the first leader takes the lead again as soon as it is settled', async () => {
    const answer = await asked(historyOf(outage), { settings: { failback: 'always' }, to: atPlus(200_000) });
    expect(who(answer.recorded)).toBe('a b');
    expect(who(answer.other)).toBe('a b a');
    expect(answer.other).toMatchObject({ changes: 2, flaps: 1 });
    expect(answer.other.tenures[2]!.from).toBe(atPlus(65_000 + 15_000)); // active for one lease
    expect(answer.timeline.map((row) => [row.recorded, row.other])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['b', 'a'],
    ]);
    expect(answer.limits).toEqual([
      expect.stringMatching(/^what had no effect .* broken connections of the leader/),
      expect.stringContaining('1 handovers are not in the record'),
    ]);
  });

  it('a longer lease does not notice a silence that was over before; a shorter one notices it sooner, and names what it cannot know', async () => {
    const longer = await asked(historyOf(outage), { settings: { leaseMs: 30_000 } });
    expect([who(longer.other), longer.limits]).toEqual([
      'a',
      [expect.stringContaining('what had no effect is not in the history')],
    ]);
    const shorter = await asked(historyOf(outage), { settings: { leaseMs: 6_000 } });
    expect(shorter.other.tenures[1]!.from).toBe(atPlus(60_000 - 9_000));
    expect(shorter.limits).toEqual([
      expect.stringContaining('shorter than the lease then in force (15000 ms)'),
      expect.stringContaining('what had no effect is not in the history'),
    ]);
    const long = await asked(historyOf(outage.slice(0, 3).concat(step(90_000, back('a', 105_000)))), {
      settings: { leaseMs: 30_000 },
    });
    expect(long.other.tenures[1]!.from).toBe(atPlus(60_000 + 15_000)); // later, but noticed
  });

  it('a broken connection of a leader ends its term in a fenced group only; in a lease group its lease runs out', async () => {
    const lost: ElectionCommand = {
      type: 'ReportSilence',
      runner: 'a',
      incarnation: inc('a', 1),
      term: 1,
      evidence: 'connection-lost',
      ...facts(300),
    };
    const fenced: Story = [
      step(0, to.configure({ failover: 'fenced' })),
      step(0, register('a')),
      step(0, register('b')),
      step(10_000, lost),
      step(60_000, to.configure({ drainMs: 1 })),
    ];
    const answer = await asked(historyOf(fenced), { settings: { failover: 'lease' } });
    expect(answer.recorded.tenures.map((t) => t.from)).toEqual([atPlus(0), atPlus(10_000)]);
    expect(answer.other.tenures.map((t) => t.from)).toEqual([atPlus(0), atPlus(25_000)]);
    const quick: Story = [...fenced.slice(0, 4), step(2_000, back('a', 2_000)), ...fenced.slice(4)];
    expect(who((await asked(historyOf(quick), { settings: { failover: 'lease' } })).other)).toBe('a');
  });

  it('a taint in the record counts in the other world; priority decides where it is asked for', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, { ...register('b'), priority: 5 } as ElectionCommand),
      step(1_000, to.taint('a')),
      step(2_000, to.release('a', 1)),
      step(5_000, to.untaint('a')),
    ];
    const answer = await asked(historyOf(story), { settings: { strategy: 'priority', failback: 'always' } });
    expect(who(answer.recorded)).toBe('a b');
    expect(who(answer.other)).toBe('a b'); // b at once
    expect(answer.other.tenures[1]!.from).toBe(atPlus(0));
  });

  it('a handover that ended with the lease lasts as long as the other lease', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, register('b')),
      step(10_000, to.taint('a')),
      step(15_000, { type: 'ReportLeaseExpired', term: 1, ...facts(0) }),
      step(1_000, to.configure({ drainMs: 1 })),
      step(60_000, to.configure({ drainMs: 2 })),
    ];
    const at = async (leaseMs: number) =>
      (await asked(historyOf(story), { settings: { leaseMs, heartbeatMs: 200 } })).other.tenures.map((t) => [
        t.runner,
        t.from,
      ]);
    expect(await at(15_000)).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(25_000)],
    ]);
    expect(await at(40_000)).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(50_000)],
    ]);
    expect(await at(5_000)).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(15_000)],
    ]);
    expect(await at(1_000)).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(11_000)],
    ]);
  });

  it('a term that its runner never took up ends in every world where it began as recorded', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, register('b')),
      step(10_000, { type: 'ReportLeaseExpired', term: 1, ...facts(0) }),
      step(5_000, to.configure({ drainMs: 1 })),
    ];
    for (const settings of [
      { drainMs: 20_000 },
      { strategy: 'priority' as const },
      { failover: 'fenced' as const },
    ]) {
      expect((await asked(historyOf(story), { settings })).other.tenures.slice(0, 2)).toMatchObject([
        { runner: 'a', to: atPlus(10_000) },
        { from: atPlus(10_000) },
      ]);
    }
  });

  it('nothing after the end of the window is told, also what a longer lease would have noticed later', async () => {
    const answer = await asked(historyOf(outage.slice(0, 3)), {
      settings: { leaseMs: 60_000 },
      to: atPlus(65_000),
    });
    expect(answer.other.tenures).toMatchObject([{ runner: 'a', to: null }]);
  });

  it('from an instant on: what was before is as recorded', async () => {
    const answer = await asked(historyOf(outage), { settings: { leaseMs: 30_000 }, from: atPlus(70_000) });
    expect(who(answer.other)).toBe('b');
    expect(answer).toMatchObject({ identical: true, from: atPlus(70_000) });
    await expect(asked(historyOf(outage), { settings: { heartbeatMs: 9_000 } })).rejects.toThrow(
      'settings-invalid',
    );
  });

  it('settings that were in force all the time: nothing is otherwise, whatever else was set or proposed', async () => {
    const story: Story = [
      step(0, to.configure({ heartbeatMs: 500, twoPersonMs: 60_000 })),
      step(0, register('a')),
      step(0, register('b')),
      step(10_000, to.configure({ heartbeatMs: 1_000 })),
      step(1_000, to.configure({ twoPersonMs: null })), // waits for a second person
      step(10_000, to.release('a', 1)),
      step(60_000, to.configure({ drainMs: 1 })),
    ];
    for (const settings of [
      { leaseMs: 15_000 },
      { failback: 'never' as const },
      { strategy: 'oldest' as const },
    ])
      expect(await asked(historyOf(story), { settings })).toMatchObject({ identical: true, limits: [] });
  });

  it('two people: where one was enough the pin counts at once, and what is asked beside it does, too', async () => {
    const story: Story = [
      step(0, to.configure({ twoPersonMs: 60_000, failover: 'fenced' })),
      step(0, register('a')),
      step(0, { ...register('b'), priority: 5 } as ElectionCommand),
      step(10_000, to.pin('b', 'prefer')), // waits for a second person
      step(120_000, to.configure({ drainMs: 1 })),
    ];
    const asking = async (settings: SettingsPatch) => asked(historyOf(story), { settings });
    const alone = await asking({ twoPersonMs: null });
    expect(alone.other.tenures.map((t) => [t.runner, t.from])).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(10_000)],
    ]);
    const both = await asking({ twoPersonMs: 600_000, strategy: 'priority', failback: 'always' });
    expect(both.other.tenures.map((t) => [t.runner, t.from])).toEqual([
      ['a', atPlus(0)],
      ['b', atPlus(0)],
    ]);
  });
});
