import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
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
