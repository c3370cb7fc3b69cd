import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, work } from '../scripted-conclave.fixture.js';

let script: Script;
let runner: Runner;
beforeEach(async () => {
  script = new Script();
  await script.listen();
  runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
});
afterEach(async () => {
  await runner.stop();
  script.close();
});

it('a standby knows who leads, is told once when another one does, and when nobody does', async () => {
  const told: unknown[] = [];
  runner.on('leader', (leader, term) => told.push([leader, term, runner.leader]));
  script.answer = () => ({ role: 'standby', term: 1, leader: 'x' });
  expect(runner.leader).toBeNull();
  void runner.lead(work([]));
  await until('it was answered a few times', () => script.beats.length > 3);
  expect(told).toEqual([['x', 1, 'x']]);
  script.answer = () => ({ role: 'standby', term: 1, leader: null });
  await until('nobody leads', () => told.length === 2);
  script.answer = ({ term }) => ({ role: 'leader', term: 2, leader: 'r', leaseMs: term === 2 ? 5_000 : 0 });
  await until('it leads itself', () => told.length === 3 && runner.mayProcess());
  expect(told.slice(1)).toEqual([
    [null, 1, null],
    ['r', 2, 'r'],
  ]);
});

it('of a term before the one that it has seen it is told nothing: that server has read less', async () => {
  script.answer = ({ term }) => ({ role: 'leader', term: 2, leader: 'r', leaseMs: term === 2 ? 60_000 : 0 });
  const problems: string[] = [];
  runner.on('problem', ({ message }) => problems.push(message));
  void runner.lead(work([]));
  await until('it leads', () => runner.mayProcess() && runner.leader === 'r');
  script.answer = () => ({ role: 'standby', term: 1, leader: 'x' });
  await until('it was answered so', () => problems.length > 0);
  expect(runner.leader).toBe('r');
});
