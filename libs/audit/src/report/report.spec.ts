import { describe, expect, it } from '@jest/globals';
import type { Report } from '@conclave/audit';
import type { ElectionCommand } from '@conclave/election';
import { atPlus, historyOf, to, type Story } from '@conclave/testing';
import { auditsOver } from './audits.fixture.js';

const after = (waitMs: number, command: ElectionCommand): Story[number] => ({ waitMs, command });
/** The first, and every fifth command, has a reason: see historyOf. */
const story: Story = [
  after(0, to.configure({ leaseMs: 3_000, heartbeatMs: 1_000 })),
  after(1_000, to.register('a', { ready: true, platform: 'arm', labels: { rack: '7' } })),
  after(0, to.register('b', { ready: true })),
  after(9_000, to.expired(1, { silentMs: 4_000, leaseMs: 3_000, lastSeenAt: atPlus(6_000) })),
  after(5_000, to.activate('a', { heardAtVersion: 99 })),
  after(5_000, to.taint('b')),
  after(500, to.release('b', 2)),
  after(9_500, { type: 'DrainGroup', expiresAt: null, ttlMs: null }),
  after(1_000, to.release('a', 3)),
  after(4_000, { type: 'ResumeElections' }),
];
const history = historyOf(story);
const reportOn = async (since: number, until: number, known = until): Promise<Report> =>
  (await auditsOver(history, atPlus(known))).report('g', { since: atPlus(since), until: atPlus(until) });

const term = (n: number, runner: string, from: number, end: number | null, more: object = {}) => ({
  term: n,
  runner,
  from: atPlus(from),
  to: end === null ? null : atPlus(end),
  ms: end === null ? null : end - from,
  handoverFrom: null,
  handoverMs: null,
  endCause: null,
  silentMs: null,
  leaderlessAfterMs: end === null ? null : 0,
  vacancyWhy: null,
  orderedBy: null,
  orderReason: null,
  endOrderedBy: null,
  endOrderReason: null,
  lostTerms: 0,
  ...more,
});
const vacancy = { afterTerm: 3, from: atPlus(31_000), to: atPlus(35_000), ms: 4_000, why: 'paused' };

describe('a report', () => {
  it('is what the record says of a window, and nothing else', async () => {
    const { availability, ...report } = await reportOn(0, 40_000);
    expect(report).toEqual({
      group: 'g',
      from: atPlus(0),
      to: atPlus(40_000),
      version: history.length,
      head: history.at(-1)!.meta.hash,
      headline: `runner "a" leads in term 4 since ${atPlus(35_000)}; there is an election when its term ends`,
      terms: [
        term(1, 'a', 1_000, 10_000, { endCause: 'heartbeat-missed', silentMs: 4_000 }),
        term(2, 'b', 10_000, 20_500, {
          endCause: 'released',
          handoverFrom: atPlus(20_000),
          handoverMs: 500,
          endOrderedBy: 'operator:ana',
          endOrderReason: 'step 5',
        }),
        term(3, 'a', 20_500, 31_000, {
          endCause: 'released',
          handoverFrom: atPlus(30_000),
          handoverMs: 1_000,
          leaderlessAfterMs: 4_000,
          vacancyWhy: 'paused',
          orderedBy: 'operator:ana',
          orderReason: 'step 5',
          endOrderedBy: 'operator:ana',
        }),
        term(4, 'a', 35_000, null, { orderedBy: 'operator:ana' }),
      ],
      vacancies: [vacancy],
      orders: {
        more: 0,
        shown: [
          { version: 1, at: atPlus(0), who: 'ana', what: 'group created', reason: 'step 0', ...came() },
          {
            version: 9,
            at: atPlus(20_000),
            who: 'ana',
            what: 'runner "b" tainted k (NoLead)',
            reason: 'step 5',
            ...came(
              [20_000, 'runner "b" must stop leading (taint k); next is "a"'],
              [20_500, 'term 2 of runner "b" ended: the leader has stopped'],
              [20_500, 'runner "a" elected for term 3: the leader has stopped'],
            ),
          },
          {
            version: 13,
            at: atPlus(30_000),
            who: 'ana',
            what: 'elections paused',
            reason: null,
            ...came(
              [30_000, 'runner "a" must stop leading (the group is drained); nobody may follow yet'],
              [31_000, 'term 3 of runner "a" ended: the leader has stopped'],
              [31_000, 'nobody leads after term 3: elections are paused (by operator:ana)'],
            ),
          },
          {
            version: 17,
            at: atPlus(35_000),
            who: 'ana',
            what: 'the pause lifted',
            reason: null,
            ...came([35_000, 'runner "a" elected for term 4: nobody led, and elections were resumed']),
          },
        ],
      },
      incidents: {
        more: 0,
        shown: [
          {
            at: atPlus(10_000),
            term: 1,
            runner: 'a',
            cause: 'heartbeat-missed',
            words: 'term 1 of runner "a" ended: runner "a" missed its heartbeats for 4.0 s',
            orderedBy: null,
            orderReason: null,
            vacancy: null,
          },
          {
            at: atPlus(31_000),
            term: 3,
            runner: 'a',
            cause: 'released',
            words: 'term 3 of runner "a" ended: the leader has stopped',
            orderedBy: 'operator:ana',
            orderReason: null,
            vacancy: {
              ...vacancy,
              words: 'nobody leads after term 3: elections are paused (by operator:ana)',
            },
          },
        ],
      },
      runners: [
        {
          runner: 'a',
          status: 'active',
          platform: 'arm',
          labels: { rack: '7' },
          taints: [],
          terms: 3,
          ledMs: 24_500,
          silences: 1,
        },
        {
          runner: 'b',
          status: 'active',
          platform: null,
          labels: {},
          taints: [{ key: 'k', effect: 'NoLead', actor: 'operator:ana', reason: 'step 5' }],
          terms: 1,
          ledMs: 10_500,
          silences: 0,
        },
      ],
    });
    const { ledMs, handoverMs, leaderlessMs, beforeFirstMs } = availability;
    expect([ledMs, handoverMs, leaderlessMs, beforeFirstMs]).toEqual([33_500, 1_500, 4_000, 1_000]);
  });

  it('tells of a vacancy that had begun before its window, and of one that lasts', async () => {
    const { incidents, vacancies, headline, terms, orders } = await reportOn(32_000, 34_000, 40_000);
    const lasts = { ...vacancy, to: null, ms: 2_000 };
    expect(vacancies).toEqual([lasts]);
    expect(incidents.shown).toMatchObject([{ term: 3, at: atPlus(31_000), vacancy: lasts }]);
    expect(headline).toMatch(/^nobody leads: elections are paused \(by operator:ana\)/);
    expect([terms, orders.shown]).toEqual([[], []]);
    const begins = { ...vacancy, to: null, ms: 0 };
    const { incidents: last } = await reportOn(21_000, 31_000, 40_000);
    expect(last.shown).toMatchObject([{ term: 3, at: atPlus(31_000), vacancy: begins }]);
  });

  it('refuses what was before the group', async () => {
    await expect(reportOn(-9_000, -5_000, 40_000)).rejects.toMatchObject({ code: 'nothing-recorded' });
  });
});

function came(...events: [ms: number, words: string][]) {
  return { came: events.map(([ms, words]) => ({ at: atPlus(ms), words })), moreCame: 0 };
}
