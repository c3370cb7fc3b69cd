import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, work } from '../scripted-conclave.fixture.js';

// A server hangs, with all that is open there. A standby whose stream stays is not told that it was elected (G5).

let [one, two] = [new Script(), new Script()];
let runner: Runner;
const STANDBY = { role: 'standby', term: 1, leaseMs: 0, heartbeatMs: 100 };
const LEADING = { ...STANDBY, role: 'leader' };
const begin = (heartbeatMs: number) => {
  one.answer = two.answer = () => ({ ...STANDBY, heartbeatMs });
  runner = new Runner({ url: [one.url, two.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
};
beforeEach(async () => {
  [one, two] = [new Script(), new Script()];
  await Promise.all([one.listen(), two.listen()]);
});
afterEach(async () => {
  jest.useRealTimers();
  await runner.stop();
  one.close();
  two.close();
});

it('a stream goes where beats are answered, and the one before ends when it is heard there', async () => {
  begin(100);
  await until('it beats, and its stream is open', () => one.beats.length > 1 && one.session !== null);
  one.answer = () => 'hang';
  await until('a second one is open at the other', () => two.session !== null);
  expect(two.beats.length).toBeGreaterThan(2);
  expect(two.beats.length).toBeLessThan(60); // one that is quiet for half a minute is left, too
  expect(one.session!.destroyed).toBe(false);
  two.push('standby', {});
  await until('the first has ended', () => one.session!.destroyed);
  const beats = two.beats.length;
  await until('it goes on there', () => two.beats.length > beats + 3);
  expect([one.sessions, two.sessions]).toEqual([1, 1]);
});

it('the one before, which ends while it is still kept for a moment, is not opened again', async () => {
  begin(100);
  await until('it beats, and its stream is open', () => one.beats.length > 1 && one.session !== null);
  one.answer = () => 'hang';
  await until('a second one is open at the other', () => two.session !== null);
  two.push('standby', {});
  const beats = two.beats.length;
  await until('it is heard', () => two.beats.length > beats); // news are a reason to beat
  expect(one.session!.destroyed).toBe(false); // or its server would take it for a death, unless it has read of the other (L10)
  one.session!.end();
  await until('it beats on', () => two.beats.length > beats + 10);
  expect([one.sessions, two.sessions]).toEqual([1, 1]);
});

it('of who leads it stays: the server may be slow only, and would take its end for a death before it hears of another (L10)', async () => {
  begin(100);
  one.answer = two.answer = ({ term }) => ({ ...LEADING, leaseMs: term === 1 ? 60_000 : 0 });
  await until('it leads, and its stream is open', () => runner.mayProcess() && one.session !== null);
  one.answer = () => 'hang';
  await until('it beats at the other', () => two.beats.length > 8); // who stands by goes after six of them
  expect([one.opened.length, two.sessions]).toEqual([1, 0]);
  two.answer = () => ({ ...STANDBY, role: 'revoked', term: 2 });
  await until('its term is over, and it hears what comes there', () => two.session !== null);
});

it('who is elected meanwhile beats as it leaves the one before: a slow server may take that end for a death (L10)', async () => {
  begin(100);
  await until('it beats, and its stream is open', () => one.beats.length > 1 && one.session !== null);
  one.answer = () => 'hang';
  await until('a second one is open at the other', () => two.session !== null);
  const hours = 3_600_000;
  two.answer = ({ term }) => ({ ...LEADING, leaseMs: term === 1 ? hours : 0, heartbeatMs: hours });
  two.push('standby', {});
  await until('it leads', () => runner.mayProcess());
  const beats = two.beats.length;
  expect(one.session!.destroyed).toBe(false);
  await until('the first has ended', () => one.session!.destroyed);
  await until('it beats', () => two.beats.length > beats);
});

it('who stands by leaves the one before with its next beat: a slow server may take that end for a death, and hears of life (L10)', async () => {
  begin(100);
  await until('it beats, and its stream is open', () => one.beats.length > 1 && one.session !== null);
  one.answer = () => 'hang';
  const beatsAt: number[] = [];
  two.answer = () => {
    beatsAt.push(performance.now());
    return { ...STANDBY, heartbeatMs: 4_000 };
  };
  await until('a second one is open at the other', () => two.session !== null);
  two.push('standby', {}); // it beats, and not for the next three seconds
  const ended = new Promise((done) => one.session!.on('close', done));
  await ended;
  const atMs = performance.now();
  await until('it beats', () => Math.abs(beatsAt.at(-1)! - atMs) < 1_000 || beatsAt.at(-1)! > atMs);
  expect(Math.abs(beatsAt.at(-1)! - atMs)).toBeLessThan(1_000);
});

it('where nobody answers it stays: a busy server would have to open one after the other', async () => {
  begin(100);
  await until('it beats, and its stream is open', () => one.beats.length > 1 && one.session !== null);
  one.answer = two.answer = () => 'hang';
  const [there, here] = [two.beats.length + 5, one.beats.length + 5];
  await until('both were asked again and again', () => two.beats.length > there && one.beats.length > here);
  expect([one.sessions, two.sessions]).toEqual([1, 0]);
});

it('of who beats once in an hour it goes on at the next server when the one it is at falls silent', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance', 'queueMicrotask', 'nextTick', 'Date'] });
  const turns = async () => {
    for (let n = 0; n < 1_000; n++) await new Promise(setImmediate);
  };
  const soon = async (is: () => boolean) => {
    while (!is()) await new Promise(setImmediate);
  };
  begin(3_600_000);
  await soon(() => one.beats.length === 1 && one.session !== null);
  await jest.advanceTimersByTimeAsync(29_000);
  one.session!.write(': hb\n\n');
  await turns();
  await jest.advanceTimersByTimeAsync(29_000);
  expect([one.sessions, two.sessions]).toEqual([1, 0]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(one.session!.destroyed).toBe(false);
  await jest.advanceTimersByTimeAsync(1_000);
  await turns();
  await jest.advanceTimersByTimeAsync(1_000); // the pause before it opens another
  await soon(() => two.session !== null);
  expect(one.sessions).toBe(1);
});
