import { expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { LastBeats } from './last-beats.js';

const about = (runner: string) => ({ group: 'g', runner, incarnation: inc(runner) });
const at = { nowMs: 0, hearingMs: 0, provedSinceMs: 0 } as never;
const beat = (runner: string) => ({ ...about(runner), sequence: 1, acked: 0, term: null });

it('a silence begins at the last beat', () => {
  const beats = new LastBeats();
  expect(beats.silentFrom(about('a'))).toBe(0);
  beats.recorded(beat('a'), 7, at);
  beats.recorded(beat('a'), 9, at);
  beats.recorded(beat('b'), 12, at);
  expect(beats.silentFrom(about('a'))).toBe(9);
});

it('where the last beat is not known, behind all that may hold it: else the record there would be said to be the last', () => {
  const beats = new LastBeats();
  beats.recorded(beat('a'), 7, at);
  beats.recorded(beat('b'), 8, at);
  beats.doubt(9); // a record of numbers that nobody named
  expect(beats.of(about('a'))).toBeUndefined();
  expect(beats.silentFrom(about('a'))).toBe(9);
  beats.recorded(beat('b'), 10, at);
  expect([beats.silentFrom(about('a')), beats.silentFrom(about('b'))]).toEqual([9, 10]);
  beats.forget(about('b')); // removed, and registered anew as the same process
  expect(beats.silentFrom(about('b'))).toBe(10);
  beats.passed(12); // one that was under way when its process was removed
  expect([beats.silentFrom(about('b')), beats.of(about('b'))]).toEqual([12, undefined]);
});
