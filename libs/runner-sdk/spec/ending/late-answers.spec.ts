import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, leading, work } from '../scripted-conclave.fixture.js';

// What is under way when a runner is told to stop may elect it: a term that nobody would work in (G5).

let script: Script;
beforeEach(async () => {
  script = new Script();
  await script.listen();
});
afterEach(() => script.close());

it('an answer that comes when it has said that it goes away: it gives that term back', async () => {
  script.answer = leading();
  script.heartbeatMs = 2_000;
  script.onBeat = async () => until('it has said so', () => script.resigned.length > 0);
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it beats', () => script.beats.length === 1);
  await runner.stop();
  expect([script.beats.length, script.resigned]).toEqual([1, ['away', 'away']]);
});

it.each([
  ['is named: it elects nobody any more', false],
  ['cannot be told a server from before: that it goes away is', true],
])('a last beat that was not answered %s', async (_, isOfBefore) => {
  script.isOfBefore = isOfBefore;
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it has beaten', () => script.beats.length === 2 && runner.status === 'standby');
  script.answer = () => 'hang';
  await until('it waits for an answer', () => script.beats.length > 2);
  await runner.stop();
  expect([...new Set(script.lastBeats)]).toEqual([isOfBefore ? undefined : script.beats.at(-1)!.sequence]);
});

it('one that was given up is named, though a later one was answered: it may be under way at another server', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it has beaten', () => runner.status === 'standby');
  const { answer } = script;
  script.answer = () => 'hang';
  const before = script.beats.length;
  await until('it waits for an answer', () => script.beats.length > before);
  const { sequence } = script.beats.at(-1)!;
  script.answer = answer;
  await until('a later one was answered', () => script.beats.at(-1)!.acked > sequence);
  await runner.stop();
  expect(script.lastBeats).toEqual([sequence]);
});

it('one that was given up is named, though a later one was answered late: of it nobody knows', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it has beaten', () => runner.status === 'standby');
  const before = script.beats.length;
  let answerLate = () => {};
  const late = new Promise<void>((resolve) => (answerLate = resolve));
  script.onBeat = async () => [new Promise(() => undefined), late][script.beats.length - before - 1];
  await until('two were given up', () => script.beats.length > before + 2);
  const [lost, second] = script.beats.slice(before).map(({ sequence }) => sequence);
  answerLate();
  await until('that is heard', () => script.beats.at(-1)!.acked >= second!);
  await runner.stop();
  expect(script.lastBeats.every((sequence) => sequence! >= lost!)).toBe(true);
});

it('one whose beats were all answered names none', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it has beaten', () => runner.status === 'standby');
  await runner.stop();
  expect([script.resigned, script.lastBeats]).toEqual([['away'], [undefined]]);
});

it.each([true, false])(
  'what was given up unanswered may have been heard: that it goes away is said again (ready: %s)',
  async (ready) => {
    if (ready) script.freezesAt = 'PUT';
    script.answer = () => 'hang';
    let tries = 0;
    script.onResign = async () => (++tries === 1 ? new Promise(() => undefined) : undefined);
    const one = new Runner({ url: script.url, group: 'g', id: 'r', ready, signals: [] });
    one.start();
    await until('it has said something', () => (ready ? script.registrations : script.beats.length) > 0);
    await one.stop();
    expect(script.resigned.at(-1)).toBe('away');
    expect(tries).toBeGreaterThan(1);
  },
);

it('a standby whose server hangs, and whose other one is not there, says so until that hears it', async () => {
  const other = new Script();
  await other.listen();
  const runner = new Runner({ url: [script.url, other.url], group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it stands by', () => runner.status === 'standby');
  other.close();
  let tries = 0;
  script.onResign = async () => (++tries < 3 ? new Promise(() => undefined) : undefined);
  await runner.stop();
  expect([tries, script.resigned]).toEqual([3, ['away']]);
});

it('where neither its beat nor its goodbye is answered it waits as long as a stop may take, and no longer', async () => {
  const heartbeatMs = 5_000; // so long the beat is waited for
  script.answer = () => ({ role: 'standby', term: 0, heartbeatMs });
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('it stands by', () => runner.status === 'standby');
  script.answer = () => 'hang';
  script.onResign = async () => new Promise(() => undefined);
  const before = script.beats.length;
  script.push('standby', { term: 0, leader: null }); // news are a reason to beat
  await until('it waits for an answer', () => script.beats.length > before);
  const late = new Promise((resolve) => setTimeout(resolve, 2_100, 'late'));
  expect(await Promise.race([runner.stop().then(() => 'stopped'), late])).toBe('stopped');
});
