import { setTimeout as timer } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner, Superseded } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
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
  expect([log, script.resigned, runner.status]).toEqual([['start 1', 'stop 1'], ['away'], 'stopped']);
  const own = `/v1/groups/g/runners/r?incarnation=${runner.incarnation}`;
  expect(script.left).toEqual([own, own]);
});

it.each<[how: string, end: (runner: Runner) => Promise<unknown>, said: string, resigned: unknown[]]>([
  [
    'failed',
    (runner) => runner.lead(() => Promise.reject(new Error('work failed'))).catch(() => undefined),
    'has failed',
    [1, 'away'],
  ],
  [
    'was stopped',
    (runner) => runner.lead(() => void runner.stop()), // as it is told in the middle
    'was stopped',
    ['away'],
  ],
])(
  'whose work %s: a loop that leads again is told so when all is over, and keeps nobody from anything',
  async (_, end, said, resigned) => {
    const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
    script.answer = leading();
    await end(runner);
    expect([runner.status, script.resigned]).toEqual(['stopped', resigned]);
    let turns = 0;
    const clock = setInterval(() => turns++);
    for (let n = 0; n < 1_000; n++)
      await expect(runner.lead(() => undefined)).rejects.toThrow(
        `this runner ${said}, and leads no more: make a new Runner to contend again`,
      );
    clearInterval(clock);
    expect(turns).toBeGreaterThan(0);
  },
);

it('a second lead() is refused while the first goes on, and told the end of it while it ends', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  const log: string[] = [];
  script.answer = leading();
  const done = runner.lead(work(log, 200));
  await until('leading', () => runner.status === 'leading');
  await expect(runner.lead(work([]))).rejects.toThrow('lead() is already running for this runner');
  const stopped = runner.stop();
  await expect(runner.lead(work([]))).rejects.toThrow('this runner was stopped');
  expect([log, script.resigned]).toEqual([['start 1', 'stop 1'], ['away']]);
  await Promise.all([done, stopped]);
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
  await expect(runner.lead(work([]))).rejects.toThrow('this runner was superseded, and leads no more');
  await expect(runner.deregister()).rejects.toBeInstanceOf(Superseded);
});

it('`ended` says so to who only asks whether it may process; it resolves when that one stops it', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  script.answer = leading();
  runner.start();
  await until('leading', () => runner.mayProcess());
  script.answer = () => ({ role: 'superseded', term: 1 });
  await expect(runner.ended).rejects.toBeInstanceOf(Superseded);
  const other = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  script.answer = leading();
  other.start();
  await until('leading', () => other.mayProcess());
  const stopped = other.stop();
  await expect(other.ended).resolves.toBeUndefined();
  await stopped;
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

it('work that ends by what its signal threw had no problem, also where a timer of Node threw it', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  script.answer = leading();
  const problems: Error[] = [];
  runner.on('problem', (error) => problems.push(error));
  let isWorking = false;
  void runner.lead(async ({ signal }) => {
    isWorking = true;
    await timer(1e6, undefined, { signal });
  });
  await until('it works', () => isWorking);
  await runner.stop();
  expect(problems).toEqual([]);
});
