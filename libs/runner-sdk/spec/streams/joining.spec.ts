import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script } from '../scripted-conclave.fixture.js';

// Where a thousand processes start together, their server has too much to do for a while.

let script: Script;
let runner: Runner;
const problems: string[] = [];
beforeEach(async () => {
  script = new Script();
  await script.listen();
  problems.length = 0;
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  runner.on('problem', ({ message }) => problems.push(message));
});
afterEach(async () => {
  await runner.stop();
  script.close();
});
const standsBy = async (): Promise<unknown> => until('it stands by', () => runner.status === 'standby');

it('waits longer each time to be registered: whoever gives up leaves a dead connection before all others', async () => {
  script.onRegister = async () => sleep(2_300); // longer than any beat is waited for
  runner.start();
  await standsBy();
  expect(problems.map((problem) => problem.replace(/ from .*/, ''))).toEqual([
    'no answer within 800 ms',
    'no answer within 1600 ms',
  ]);
});

it('beats over the connection by which it was registered, not over one that a busy server has yet to take', async () => {
  runner.start();
  await until('it listens, and beats', () => script.sessions > 0 && script.beats.length > 2);
  const { registration, session, beat } = script.from;
  expect(new Set(beat)).toEqual(new Set(registration));
  expect(session).not.toContain(registration[0]);
});

it('comes again when its registration came too late, as where its server stood still', async () => {
  script.tooLate = 2;
  runner.start();
  await standsBy();
  expect(problems).toEqual(['it did not come in time', 'it did not come in time']);
});
