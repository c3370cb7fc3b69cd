import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leadingForHours, Script } from '../scripted-conclave.fixture.js';

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

it('opens its stream again by the connection of its beats where it leads: it is missed at once', async () => {
  script.answer = leadingForHours; // no beat has its connection then
  runner.start(); // L10
  await until('it leads, and listens', () => runner.mayProcess() && script.sessions > 0);
  script.session!.destroy();
  await until('it listens again', () => script.sessions > 1);
  expect(script.from.beat).toContain(script.from.session[1]);
});

it('does not wait longer for one that hangs beside one that answers, and may let it in soon', async () => {
  const busy = new Script();
  await busy.listen();
  busy.tooLate = Infinity;
  script.freezesAt = 'PUT';
  const both = new Runner({ url: [script.url, busy.url], group: 'g', id: 'both', signals: [] });
  both.on('problem', ({ message }) => problems.push(message));
  both.start();
  const inVain = () => problems.filter((problem) => problem.startsWith('no answer'));
  await until('it has asked it often', () => inVain().length === 4);
  expect(inVain().at(-1)).toMatch('no answer within 2000 ms');
  await both.stop();
  busy.close();
});

it('is registered by a slow one beside one that is not there', async () => {
  const gone = new Script();
  await gone.listen();
  gone.close();
  script.onRegister = async () => sleep(2_300); // longer than any beat is waited for
  const both = new Runner({ url: [script.url, gone.url], group: 'g', id: 'both', signals: [] });
  both.start();
  await until('it stands by', () => both.status === 'standby');
  await both.stop();
});

it('comes again when its registration came too late, as where its server stood still', async () => {
  script.tooLate = 2;
  runner.start();
  await standsBy();
  expect(problems).toEqual(['it did not come in time', 'it did not come in time']);
});
