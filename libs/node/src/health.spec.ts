import { expect, it } from '@jest/globals';
import { Health } from './health.js';

/** A server that reads a log of which nothing comes; when it subscribes anew, in seconds. */
function reading() {
  const at: number[] = [];
  let seconds = 0;
  const tail = {
    ...{ taken: 0, interruption: null, isCaughtUp: false, isHeld: false },
    resubscribe: () => at.push(seconds),
  };
  const health = new Health(
    tail as never,
    { deafForMs: () => 0 } as never,
    {} as never,
    { areKnown: true, failure: null },
    () => undefined,
  );
  const pass = (forSeconds: number): void => {
    for (const until = seconds + forSeconds; seconds < until; seconds++) health.tick(seconds * 1_000);
  };
  return { at, tail, pass };
}

it('a subscription that brings nothing is given up; the next has twice as long: it may have much of others to pass', () => {
  const { at, tail, pass } = reading();
  pass(100);
  expect(at).toEqual([5, 15, 35, 75]);
  tail.taken++;
  pass(20);
  expect(at.slice(4)).toEqual([105, 115]);
});

it('at the end of the log it waits for news, and for 20 s at the most', () => {
  const { at, tail, pass } = reading();
  tail.isHeld = true;
  pass(80);
  expect(at).toEqual([5, 15, 35, 55, 75]);
});
