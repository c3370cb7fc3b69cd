import { expect, it } from '@jest/globals';
import { GroupTime } from '@conclave/coordination';
import { Groups, type RecordedEvent } from '@conclave/election';
import { inc, until } from '@conclave/processes';
import { ManualClock, on } from '@conclave/testing';
import { Roll } from '../src/hearing/roll.js';
import { SilenceDetector } from '../src/hearing/silence-detector.js';
import { LifeSigns } from '../src/life-signs.js';
import { LastBeats } from '../src/records/last-beats.js';
import { Reports, type ReportsParts } from '../src/reports.js';

const a = { group: 'g', runner: 'a', incarnation: inc('a') };

/** A group of two, and reports that rest on what takes its time to be read. */
function world() {
  const groups = new Groups();
  [on.configured(), on.registered('a'), on.activated('a'), on.registered('b'), on.activated('b')].forEach(
    ({ event, at }, n) => {
      const meta = { at, actor: 'x', reason: null, commandId: inc('c'), hash: '' };
      const recorded = { ...event, group: 'g', version: n + 1, position: String(n + 1), meta };
      groups.apply([recorded as unknown as RecordedEvent]);
    },
  );
  const clock = { nowMs: 0 };
  const now = () => ({ nowMs: clock.nowMs, hearingMs: clock.nowMs });
  const roll = new Roll();
  const silence = new SilenceDetector(roll);
  const time = new GroupTime(new ManualClock());
  const lifeSigns = new LifeSigns(groups, silence, { alive: () => undefined } as never, roll, time);
  const sent: string[] = [];
  let read: (() => void) | null = null;
  const heard = { behind: async () => new Promise<null>((done) => (read = () => done(null))) };
  const send = async (_group: string, { type, runner }: { type: string; runner: string }) => {
    sent.push(`${type} ${runner}`);
  };
  const parts = { groups, lifeSigns, lastBeats: new LastBeats(), log: { revision: 1 }, heard, send, now };
  const reports = new Reports({
    ...parts,
    problem: (why: string) => sent.push(why),
  } as unknown as ReportsParts);
  const hear = () => lifeSigns.hear(a, groups.get('g')!, now());
  const done = async () => {
    await until('it is read', () => read !== null);
    read!();
    await until('done', () => !reports.areUnderWay('g'));
    return sent;
  };
  return { clock, hear, reports, done, silence: () => silence.silenceOf('g', 'a', now())! };
}

it('who was heard again while its report waited is not reported, however long it has been silent since', async () => {
  const { clock, hear, reports, done, silence } = world();
  hear();
  clock.nowMs = 400;
  reports.silent('g', [silence()], 'connection-lost');
  clock.nowMs = 600;
  hear(); // its stream is back, and it beats
  clock.nowMs = 3_400;
  expect(await done()).toEqual([]);
});

it('who was not is', async () => {
  const { clock, hear, reports, done, silence } = world();
  hear();
  clock.nowMs = 400;
  reports.silent('g', [silence()], 'connection-lost');
  clock.nowMs = 3_400;
  expect(await done()).toEqual(['ReportSilence a']);
});

it('a fenced group does not wait for a crowd of leases that are over: its successor may lead at once', async () => {
  const groups = new Groups();
  const meta = { at: '2026-01-01T00:00:00.000Z', actor: 'x', reason: null, commandId: inc('c'), hash: '' };
  const { event } = on.configured({ failover: 'fenced' });
  groups.apply([{ ...event, group: 'fenced', version: 1, position: '1', meta } as unknown as RecordedEvent]);
  const lease = { term: 1, lastValidRevision: 1, expiredRevision: 2, maxLeaseMs: 3_000, ...a };
  const sent: string[] = [];
  const reports = new Reports({
    groups,
    leases: { get: () => lease },
    lifeSigns: { silenceOf: () => undefined, lastSeenAt: () => null },
    heard: {
      behind: async ({ group }: { group: string }) =>
        group === 'fenced' ? null : new Promise<null>(() => undefined),
    },
    now: () => ({ nowMs: 0, hearingMs: 0 }),
    send: async (group: string) => void sent.push(group),
    problem: (why: string) => sent.push(why),
  } as unknown as ReportsParts);
  for (let n = 0; n < 200; n++) reports.expired(`g${n}`, 1);
  reports.expired('fenced', 1);
  await until('it is told of', () => sent.length > 0);
  expect(sent).toEqual(['fenced']);
});
