import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner, Superseded } from '@conclave/runner-sdk';
import { until } from '@conclave/testing';
import { leading, Script, work } from './scripted-conclave.fixture.js';

let script: Script;
beforeEach(async () => {
  script = new Script();
  await script.listen();
});
afterEach(() => script.close());

it('deregister: stops the work, resigns, then leaves the group, however often it takes to be heard', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  const log: string[] = [];
  script.answer = leading();
  void runner.lead(work(log));
  await until('leading', () => runner.status === 'leading');
  await runner.deregister();
  expect([log, script.resigned, runner.status]).toEqual([['start 1', 'stop 1'], [1], 'stopped']);
  const own = `/v1/groups/g/runners/r?incarnation=${runner.incarnation}`;
  expect(script.left).toEqual([own, own]);
});

it('rejects if no server heard it', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.start();
  await until('standby', () => runner.status === 'standby');
  await runner.stop();
  script.close();
  await expect(runner.deregister()).rejects.toThrow('no server heard that runner "r" has left the group');
});

it('superseded is final: work stops, lead() rejects, no more beats', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  const log: string[] = [];
  script.answer = leading();
  const done = runner.lead(work(log)).catch((error: unknown) => error);
  await until('leading', () => runner.status === 'leading');
  script.answer = () => ({ role: 'superseded', term: 1 });
  expect(await done).toBeInstanceOf(Superseded);
  expect([runner.status, log]).toEqual(['superseded', ['start 1', 'stop 1']]);
  await runner.stop(); // whoever only stops it has nothing to catch
  await expect(runner.deregister()).rejects.toBeInstanceOf(Superseded);
});

it('superseded while it works: stop() waits for the work, and only lead() says why', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  const log: string[] = [];
  script.answer = leading();
  const done = runner.lead(work(log, 200)).catch((error: unknown) => error);
  await until('leading', () => runner.status === 'leading');
  script.answer = () => ({ role: 'superseded', term: 1 });
  await until('superseded', () => runner.status === 'superseded');
  await runner.stop();
  expect(log).toEqual(['start 1', 'stop 1']);
  expect(await done).toBeInstanceOf(Superseded);
});
