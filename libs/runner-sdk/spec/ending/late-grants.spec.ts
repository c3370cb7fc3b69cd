import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runner, type LeadContext } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, work, type Beat } from '../scripted-conclave.fixture.js';

// A lease counts from when its beat was sent (G2): an answer that nobody waited for any more grants what is left of it (G5).

let script: Script;
let runner: Runner;
let log: string[];
beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  log = [];
});
afterEach(async () => {
  script.answer = () => ({ role: 'standby', term: 1 });
  await runner.stop();
  script.close();
});
const granting =
  (leaseMs: number, heartbeatMs = 200) =>
  ({ term }: Beat) => ({ role: 'leader', term: 1, leaseMs: term === 1 ? leaseMs : 0, heartbeatMs });

it.each([
  ['longer than each is waited for', { heartbeatMs: 200, answerMs: 1_100 }],
  ['longer than it would rest', { heartbeatMs: 800, answerMs: 900 }],
])('a leader whose server takes for each answer %s goes on leading', async (_, { heartbeatMs, answerMs }) => {
  script.answer = granting(2_500, heartbeatMs);
  void runner.lead(work(log));
  await until('it leads', () => log.length === 1);
  script.onBeat = async () => sleep(answerMs);
  const before = script.beats.length;
  await until('it has said many', () => script.beats.length > before + 7);
  expect([runner.mayProcess(), log]).toEqual([true, ['start 1']]);
  const { sequence, acked } = script.beats.at(-1)!;
  expect(sequence - acked).toBeLessThan(4); // more than six ahead would not count (L1)
});

it.each([
  ['in time for its lease: it begins', 1_100, true],
  ['later than its lease: it gives the term up', 2_900, false],
])('one who is elected and hears each answer %s', async (_, answerMs, works) => {
  script.heartbeatMs = 200;
  runner.start();
  await until('it stands by, and listens', () => script.beats.length > 2 && script.sessions > 0);
  script.answer = granting(2_500);
  script.onBeat = async () => sleep(answerMs);
  script.push('elected', { term: 1 });
  await until('it names the term', () => script.beats.at(-1)!.term === 1);
  await until(works ? 'it works' : 'it names it no more', () =>
    works ? runner.mayProcess() : script.beats.at(-1)!.term !== 1,
  );
  expect(script.beats.filter(({ term }) => term === 1).length).toBeLessThan(6); // as many as count without an answer (L1)
});

it('who is to hand over has its lease while it drains, though each answer is late', async () => {
  script.answer = granting(2_500);
  let lead!: LeadContext;
  let drained = () => {};
  void runner.lead(async (context) => {
    lead = context;
    await new Promise<void>((resolve) => (drained = resolve));
  });
  await until('it leads', () => runner.mayProcess());
  script.onBeat = async () => sleep(1_100);
  script.answer = (beat) => ({ ...granting(2_500)(beat), role: 'revoked' });
  script.push('revoked', { term: 1, cause: 'tainted' });
  const before = script.beats.length;
  await until('it has said many', () => script.beats.length > before + 4);
  expect([lead.signal.aborted, lead.leaseLeftMs() > 0]).toEqual([true, true]);
  drained();
});

it('what was granted before it registered anew is no lease of what it holds now', async () => {
  script.answer = granting(60_000);
  runner.on('status', (status) => log.push(status)).start();
  await until('it leads', () => runner.mayProcess());
  let answerLate = () => {};
  const late = new Promise<void>((resolve) => (answerLate = resolve));
  const before = script.beats.length;
  script.onBeat = async () => (script.beats.length === before + 1 ? late : undefined);
  await until('one is given up', () => script.beats.length > before + 1);
  script.answer = () => ({ status: 404, code: 'runner-unknown', detail: 'another store' });
  await until('it has lost that', () => runner.status === 'lost');
  script.answer = granting(1_000);
  await until('it leads again', () => runner.mayProcess());
  script.answer = () => 'hang';
  answerLate();
  await until('its lease is over', () => runner.status === 'lost');
  expect(log.filter((status) => status !== 'standby')).toEqual(['leading', 'lost', 'leading', 'lost']);
});
