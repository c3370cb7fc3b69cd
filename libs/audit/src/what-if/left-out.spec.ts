import { describe, expect, it } from '@jest/globals';
import {
  appendsOf,
  initialState,
  type ActivateRunner,
  type ElectionCommand,
  type RegisterRunner,
} from '@conclave/election';
import { whatIf } from '@conclave/audit';
import { inc } from '@conclave/processes';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { auditsOver } from '../report/audits.fixture.js';
import { asked, back, outage, register, step, who } from './what-if.fixture.js';

const versionOf = (history: ReturnType<typeof historyOf>, type: string): number =>
  history.findLast((event) => event.type === type)!.version;

const taint = (runner: string): ElectionCommand =>
  ({ ...to.taint(runner), ttlMs: 60_000 }) as ElectionCommand;
/** a leads, is tainted at 10 s and stops at 12 s: b leads; the taint expires; 300 s in all. */
const ordered: Story = [
  step(0, register('a')),
  step(0, register('b')),
  step(10_000, taint('a')),
  step(2_000, { type: 'ReleaseLeadership', runner: 'a', incarnation: inc('a', 1), term: 1 }),
  step(58_000, { type: 'Reconcile', cause: 'reconciled' }),
  step(100_000, to.configure({ drainMs: 1_000 })),
];

describe('what if something had not happened', () => {
  const history = historyOf(ordered);

  it('without a taint: its runner leads on, does not stop because of it, and nothing is lifted later', async () => {
    const without = [versionOf(history, 'RunnerTainted')];
    const answer = await asked(history, { settings: {}, without });
    expect([who(answer.recorded), who(answer.other)]).toEqual(['a b', 'a']);
    expect(answer.identical).toBe(false);
    expect(answer.timeline.at(-1)).toEqual({ at: atPlus(12_000), recorded: 'b', other: 'a' });
  });

  it('an order is named by any version that it recorded; what it led to goes with it', async () => {
    const revoked = versionOf(history, 'LeadershipRevoked');
    expect(who((await asked(history, { settings: {}, without: [revoked] })).other)).toBe('a');
  });

  it('an order that decided nothing may be left out, and nothing is otherwise', async () => {
    const without = [versionOf(history, 'GroupConfigured')];
    const answer = await asked(history, { settings: {}, without });
    expect([who(answer.other), answer.recorded.tenures]).toEqual(['a b', answer.other.tenures]);
  });

  it('what nobody ordered, is outside the window or not there cannot be left out', async () => {
    for (const version of [1, versionOf(history, 'LeadershipEnded'), 999]) {
      const answer = await whatIf(appendsOf(history, initialState('g')), {
        settings: {},
        without: [version],
      });
      expect(answer).toEqual({
        rejection: {
          code: 'invalid-request',
          detail: expect.stringContaining(`version ${version} is no order`),
        },
      });
    }
  });

  it('a runner that had not fallen silent leads on; that it came back changes nothing', async () => {
    const answer = await asked(historyOf(outage), { settings: {}, alive: ['a'] });
    expect([who(answer.recorded), who(answer.other)]).toEqual(['a b', 'a']);
    expect(answer.limits).toEqual([
      expect.stringContaining('"a": taken to have been heard at all times'),
      expect.stringContaining('what had no effect is not in the history'),
    ]);
  });

  it('what a runner did itself, a goodbye, too, is no silence, and the answer says so', async () => {
    const goodbye = {
      type: 'ResignLeadership',
      runner: 'b',
      incarnation: inc('b', 1),
      term: -1,
      cooldownMs: null,
    };
    const story: Story = [
      step(0, register('a')),
      step(0, register('b')),
      step(1_000, goodbye as ElectionCommand),
      step(1_000, to.pin('b', 'prefer')),
    ];
    const answer = await asked(historyOf(story), { settings: {}, alive: ['b'] });
    expect([who(answer.other), answer.identical]).toEqual(['a', true]);
    expect(answer.limits).toEqual([expect.stringContaining('what it did (a goodbye, a release')]);
  });

  it('a runner that has left the group since may be asked about, one that never was there may not', async () => {
    const audits = await auditsOver(historyOf([...outage, step(5_000, to.deregister('a'))]), atPlus(200_000));
    for (const from of [undefined, atPlus(30_000)]) {
      const answer = await audits.whatIf('g', { settings: {}, alive: ['a'], from });
      expect([who(answer.recorded), who(answer.other)]).toEqual(['a b', 'a b']);
      expect(answer.other.tenures[1]!.from > answer.recorded.tenures[1]!.from).toBe(true); // when it left
    }
    await expect(audits.whatIf('g', { settings: {}, alive: ['z'] })).rejects.toMatchObject({
      code: 'runner-unknown',
    });
  });

  it('others who fell silent in the same instant did so here, too', async () => {
    const story: Story = [
      step(0, register('a')),
      step(0, register('b')),
      step(0, register('c')),
      step(60_000, {
        type: 'ReportLeaseExpired',
        term: 1,
        lastSeenAt: null,
        silentMs: 15_000,
        leaseMs: 15_000,
        deafMs: 0,
        also: [
          {
            runner: 'b',
            incarnation: inc('b', 1),
            evidence: 'silence',
            lastSeenAt: null,
            silentMs: 15_000,
            leaseMs: 15_000,
            deafMs: 0,
          },
        ],
      }),
      step(60_000, {
        type: 'ResignLeadership',
        runner: 'c',
        incarnation: inc('c', 1),
        term: 2,
        cooldownMs: null,
      }),
    ];
    const both = await asked(historyOf(story), { settings: {}, alive: ['b'] });
    expect([who(both.recorded), who(both.other)]).toEqual(['a c', 'a b']);
    const first = await asked(historyOf(story), { settings: {}, alive: ['a'] });
    expect(who(first.other)).toBe('a');
  });

  it('whoever leads is elected of all who were back in one append, in another world, too', async () => {
    const { type: _, ...b } = back('b', 20_000) as ActivateRunner;
    const story: Story = [
      step(0, { ...(register('a') as RegisterRunner), ready: false }),
      step(0, { ...(register('b') as RegisterRunner), ready: false }),
      step(20_000, { ...(back('a', 20_000) as ActivateRunner), also: [b] }),
      step(10_000, to.configure({ drainMs: 1_000 })),
    ];
    const back20 = historyOf(story);
    const answer = await asked(back20, { settings: { drainMs: 2_000 } });
    expect([who(answer.recorded), who(answer.other)]).toEqual(['a', 'a']);
  });

  it('who was back together with others before a longer lease was over was not silent', async () => {
    const { type: _, ...a } = back('a', 20_000) as ActivateRunner;
    const story: Story = [
      ...outage.slice(0, 3),
      step(0, { ...(register('c') as RegisterRunner), ready: false }),
      step(5_000, { ...(back('c', 20_000) as ActivateRunner), also: [a] }),
      ...outage.slice(4),
    ];
    const answer = await asked(historyOf(story), { settings: { leaseMs: 30_000 } });
    expect([who(answer.recorded), who(answer.other)]).toEqual(['a b', 'a']);
  });

  it('goes together with other settings', async () => {
    const without = [versionOf(history, 'RunnerTainted')];
    const answer = await asked(history, { settings: { failback: 'always' }, without });
    expect(who(answer.other)).toBe('a');
  });
});
