import { expect, it } from '@jest/globals';
import { decideAndFold, initialState, type ElectionCommand, type GroupState } from '@conclave/election';
import { inc, until } from '@conclave/processes';
import { AT, COMMAND, to } from '@conclave/testing';
import { Goodbyes } from './goodbyes.js';

const occasion = { at: AT, actor: 'system:presence', reason: null, commandId: COMMAND };

/** A group of so many runners, and what it is told. */
function world(runners: number) {
  let state: GroupState = initialState('g');
  const carryOut = (command: ElectionCommand): void => {
    ({ state } = decideAndFold(command, state, occasion) as { state: GroupState });
  };
  for (let n = 0; n < runners; n++) carryOut(to.register(`r${n}`, { ready: true }));
  const sent: string[][] = [];
  const ended: [string, number][] = [];
  const lastWords = {
    endBeats: async ({ runner }: { runner: string }, sequence: number) => void ended.push([runner, sequence]),
  };
  const unread = initialState('g');
  let isBehind = false;
  const goodbyes = new Goodbyes(
    {
      groups: { get: () => (isBehind ? unread : state) },
      presence: { lastSeenAt: () => null, lastWords },
      repository: { refresh: async () => ({ state }) },
    } as never,
    async (_, command) => {
      const { runner, also = [] } = command as Extract<ElectionCommand, { type: 'ReportSilence' }>;
      sent.push([runner, ...also.map((one) => one.runner)]);
      await new Promise((done) => setImmediate(done));
      carryOut(command);
      return undefined as never;
    },
  );
  const say = async (n: number, more = {}) =>
    goodbyes.say({ group: 'g', runner: `r${n}`, incarnation: inc(`r${n}`), secretHash: undefined, ...more });
  const endBeats = async (runner: string, of = runner) =>
    goodbyes.endBeats({ group: 'g', runner, incarnation: inc(of), secretHash: undefined }, 7);
  const fallBehind = () => {
    isBehind = true;
  };
  const status = (n: number) => state.runners.get(`r${n}`)!.status;
  return { say, sent, endBeats, ended, fallBehind, carryOut, status };
}

it('one alone is left to say it itself', async () => {
  const { say, sent } = world(3);
  await say(1);
  expect(sent).toEqual([]);
});

it('of many in one moment all are told of at once, and those who come meanwhile with the next append', async () => {
  const { say, sent, status } = world(9);
  const first = [1, 2, 3].map(async (n) => say(n));
  await until('the first are told of', () => sent.length === 1);
  await Promise.all([...first, ...[4, 5, 6].map(async (n) => say(n))]);
  expect(sent).toEqual([
    ['r1', 'r2', 'r3'],
    ['r4', 'r5', 'r6'],
  ]);
  expect([3, 6, 7].map(status)).toEqual(['silent', 'silent', 'active']);
});

it('not of who leads, nor of another process, nor for who does not know its secret', async () => {
  const { say, sent } = world(5);
  await Promise.all([say(0), say(1, { incarnation: inc('x') }), say(2), say(3)]);
  expect(sent).toEqual([['r2', 'r3']]);
});

it('beats end of who registered at another server, and this one has not read that yet; not of who does not know its secret', async () => {
  const { endBeats, ended, fallBehind, carryOut } = world(2);
  carryOut({ ...to.register('guarded', { ready: true }), secretHash: 'h'.repeat(64) } as ElectionCommand);
  for (const runner of ['r1', 'guarded', 'nobody']) await endBeats(runner);
  fallBehind();
  for (const runner of ['r1', 'guarded', 'nobody']) await endBeats(runner);
  await endBeats('r1', 'another process');
  expect(ended).toEqual([
    ['r1', 7],
    ['r1', 7],
  ]);
});
