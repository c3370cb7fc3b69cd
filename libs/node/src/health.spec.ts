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
  const deafness = { ms: 0 };
  const review = { failure: null as Error | null };
  const known = { why: null as string | null, kept: { accepted: null as object | null } };
  const health = new Health(
    tail as never,
    { deafForMs: () => deafness.ms } as never,
    { isSame: () => true, kept: known.kept, why: () => known.why, differences: () => [] } as never,
    { areKnown: true, failure: null },
    review,
    () => undefined,
  );
  const pass = (forSeconds: number): void => {
    for (const until = seconds + forSeconds; seconds < until; seconds++) health.tick(seconds * 1_000);
  };
  return { at, tail, pass, health, review, known, deafness };
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

it('who is deaf subscribes anew; while something comes only every 20 s: it is the store that is slow, or this node of it', () => {
  const { at, tail, pass, deafness } = reading();
  Object.assign(tail, { isCaughtUp: true });
  for (let second = 0; second < 50; second++) {
    tail.taken++;
    deafness.ms = second * 1_000;
    pass(1);
  }
  expect(at).toEqual([20, 40]);
  pass(20);
  expect(at.slice(2)).toEqual([54, 64]);
});

it('a log that cannot be compared with what was known is not being read: it is said why not', () => {
  const { tail, health, review } = reading();
  health.hasBegun = true;
  tail.isHeld = true;
  review.failure = new Error('denied access for reading "keys"');
  expect(health.reasonsNotReady()).toEqual([
    'looking whether the log is the one that this server knew: denied access for reading "keys"',
  ]);
  review.failure = null;
  expect(health.reasonsNotReady().join()).toMatch(/^reading the log, at position/);
});

it('another log that was accepted says so', () => {
  const { tail, health, known } = reading();
  [health.hasBegun, tail.isHeld] = [true, true];
  [known.why, known.kept.accepted] = ['the log is another one', { by: 'ana' }];
  expect(health.reasonsNotReady()).toContain(
    'the log is another one. It was accepted: this server goes on when no lease can be out (conclave log says when)',
  );
});
