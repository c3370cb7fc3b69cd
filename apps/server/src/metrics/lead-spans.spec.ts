import { describe, expect, it } from '@jest/globals';
import { appendsOf, initialState, type Append } from '@conclave/election';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { Vacancies } from '@conclave/webhooks';
import { LeadSpans, type Spans } from './lead-spans.js';

/** What the metrics go by: spans that are over, and the vacancy that stands. */
async function spansOf(story: Story): Promise<{ last: Spans; vacantSince: number | null }> {
  const all = new LeadSpans();
  const vacancies = new Vacancies();
  let last!: Spans;
  vacancies.follow((append, vacancy) => {
    last = all.take(append, vacancy);
  });
  for await (const append of appendsOf(historyOf(story), initialState('g'))) {
    vacancies.changed(append);
  }
  return { last, vacantSince: vacancies.of('g')?.sinceMs ?? null };
}
const led: Story = ['a', 'b'].flatMap((runner) => [
  { waitMs: 0, command: to.register(runner) },
  { waitMs: 0, command: to.activate(runner) },
]);
const NONE = { elected: [], ended: [], failoverMs: [], handoverMs: [], leaderlessMs: [] };

describe('how a group is led', () => {
  it('a failover is as long as the leader was silent', async () => {
    const lost = to.expired(1, { silentMs: 15_000, leaseMs: 15_000 });
    const { last } = await spansOf([...led, { waitMs: 60_000, command: lost }]);
    expect(last).toEqual({
      ...NONE,
      elected: ['heartbeat-missed'],
      ended: ['heartbeat-missed'],
      failoverMs: [15_000],
      leaderlessMs: [0],
    });
  });

  it('a failover counts from the last sign, also where nobody could hear for a while', async () => {
    const lost = to.expired(1, { lastSeenAt: atPlus(10_000), silentMs: 15_000, leaseMs: 15_000 });
    const { last } = await spansOf([...led, { waitMs: 60_000, command: lost }]);
    expect(last.failoverMs).toEqual([50_000]);
  });

  it('a handover lasts from the word to stop to the next election', async () => {
    const { last } = await spansOf([
      ...led,
      { waitMs: 60_000, command: to.taint('a') },
      { waitMs: 1_500, command: to.release('a', 1) },
    ]);
    expect(last).toEqual({
      ...NONE,
      elected: ['released'],
      ended: ['released'],
      handoverMs: [1_500],
      leaderlessMs: [0],
    });
  });

  it('a handover that a snapshot has begun is as long as it was', async () => {
    const story: Story = [
      ...led,
      { waitMs: 60_000, command: to.taint('a') },
      { waitMs: 1_500, command: to.release('a', 1) },
    ];
    const appends: Append[] = [];
    for await (const append of appendsOf(historyOf(story), initialState('g'))) appends.push(append);
    expect(new LeadSpans().take(appends.at(-1)!, null).handoverMs).toEqual([1_500]);
  });

  it('a vacancy is counted when it is over, and known while it lasts', async () => {
    const alone: Story = [
      { waitMs: 0, command: to.register('a') },
      { waitMs: 0, command: to.activate('a') },
      { waitMs: 60_000, command: to.expired(1, { silentMs: 15_000, leaseMs: 15_000 }) },
    ];
    const during = await spansOf(alone);
    expect(during.last).toEqual({ ...NONE, ended: ['heartbeat-missed'] });
    expect(during.vacantSince).toBe(Date.parse(historyOf(alone).at(-1)!.meta.at));
    const { last, vacantSince } = await spansOf([...alone, { waitMs: 30_000, command: to.activate('a') }]);
    expect(last).toMatchObject({ failoverMs: [45_000], leaderlessMs: [30_000] });
    expect(vacantSince).toBeNull();
  });
});
