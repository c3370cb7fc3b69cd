import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { giveWay, turns, type Waiting } from './give-way.js';

const real = { ...turns };
/** All that is only waited for in this turn. */
const done = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
let nowMs = 0;
let next: (() => void)[] = [];

beforeEach(() => {
  nowMs = 1_000;
  next = [];
  turns.beginAnew();
  turns.next = async () => new Promise((resolve) => void next.push(resolve));
  turns.afterPiece = (act) => void done().then(act);
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  turns.beginAnew();
  Object.assign(turns, real);
  jest.restoreAllMocks();
});

/** One turn of the event loop, which takes so long. */
async function pass(ms = 1): Promise<void> {
  nowMs += ms;
  next.shift()?.();
  for (let i = 0; i < 50; i++) await done();
}

/** Works on one piece after the other, each of so long, and says so. */
async function work(who: Waiting, name: string, pieces: number, pieceMs: number, told: string[]) {
  for (let piece = 0; piece < pieces; piece++) {
    await giveWay(who);
    told.push(name);
    nowMs += pieceMs;
  }
}

it('does not wait while its slice lasts, then for the next turn', async () => {
  turns.sinceMs = nowMs;
  const told: string[] = [];
  void work('rest', 'a', 3, 3, told);
  await pass(0);
  expect(told).toEqual(['a', 'a']);
  await pass();
  expect(told).toEqual(['a', 'a', 'a']);
});

it('one at a time: of two each turn takes one', async () => {
  const told: string[] = [];
  void work('rest', 'a', 2, 6, told);
  void work('rest', 'b', 2, 6, told);
  for (let turn = 0; turn < 4; turn++) await pass();
  expect(told).toEqual(['a', 'b', 'a', 'b']);
});

it('who comes in one a turn is let in between two slices, for 20 ms, if beats wait and no leader', async () => {
  const told: string[] = [];
  void work('rest', 'a', 1, 6, told);
  turns.hasLetIn = true;
  await pass();
  expect(told).toEqual(['a']);
  told.length = 0;
  void work('beats', 'a', 3, 6, told);
  const letInFor = async (many: number) => {
    for (let n = 0; n < many; n++) {
      turns.hasLetIn = true;
      await pass();
    }
  };
  await letInFor(3);
  expect(told).toEqual([]);
  await pass();
  expect(told).toEqual(['a']);
  await letInFor(19);
  expect(told).toEqual(['a']);
  await letInFor(1);
  expect(told).toEqual(['a', 'a']);
  await letInFor(2);
  void giveWay('leases', true).then(() => told.push('log'));
  await letInFor(1);
  expect(told).toEqual(['a', 'a', 'log']);
});

it('beats get every second turn however many others wait, and the others those between in turn', async () => {
  const told: string[] = [];
  for (const name of ['r1', 'r2', 'r3', 'r4']) void work('rest', name, 1, 6, told);
  void work('leases', 'lease', 1, 6, told);
  void work('beats', 'beat', 3, 30, told);
  for (let turn = 0; turn < 8; turn++) await pass();
  expect(told).toEqual(['lease', 'beat', 'r1', 'beat', 'r2', 'beat', 'r3', 'r4']);
});

it('the log is read before reports of leases, however many: leaders are answered from what was read', async () => {
  const told: string[] = [];
  for (const name of ['l1', 'l2', 'l3', 'l4']) void work('leases', name, 1, 6, told);
  void work('rest', 'r', 1, 6, told);
  void giveWay('leases', true).then(() => told.push('log'));
  for (let turn = 0; turn < 6; turn++) await pass();
  expect(told).toEqual(['log', 'l1', 'r', 'l2', 'l3', 'l4']); // the log took none of its slice
});

it('of beats each turn takes one, so that turns are short: who leads and beats for itself takes several', async () => {
  const told: string[] = [];
  for (let n = 0; n < 3; n++) void work('beats', `b${n}`, 1, 1, told);
  for (let n = 0; n < 3; n++) void work('rest', `r${n}`, 1, 1, told);
  await pass();
  expect(told).toEqual(['r0', 'r1', 'r2']);
  await pass();
  expect(told).toEqual(['r0', 'r1', 'r2', 'b0']);
  await pass();
  expect(told).toEqual(['r0', 'r1', 'r2', 'b0', 'b1']);
});

it('beats that have waited for a second are heard one behind the other: more come than turns', async () => {
  const told: string[] = [];
  void work('rest', '-', 3, 6, told);
  for (let n = 0; n < 60; n++) void work('beats', 'b', 1, 1, told);
  await pass(600);
  await pass();
  expect(told.join('')).toBe('-b');
  await pass(600);
  await pass();
  expect(told.join('')).toBe(`-b-${'b'.repeat(20)}`);
});

it('who waits goes on in one turn as long as the slice lasts: many small pieces need not a turn each', async () => {
  const told: string[] = [];
  for (let n = 0; n < 10; n++) void work('rest', `${n}`, 1, 1, told);
  await pass();
  expect(told.join('')).toBe('01234');
  await pass();
  expect(told.join('')).toBe('0123456789');
});
