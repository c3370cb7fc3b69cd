import { expect, it } from '@jest/globals';
import { Writers } from './writers.js';

it('names who wrote within five minutes, the last one first, and how far it had read', () => {
  const writers = new Writers();
  writers.wrote('a', { wallMs: 1_000, behind: 0 }, 10);
  writers.wrote('b', { wallMs: 2_000, behind: 7 }, 1_010);
  writers.wrote('a', { wallMs: 3_000, behind: 1 }, 2_010);
  expect(writers.all(2_510)).toEqual([
    { id: 'a', wroteMs: 3_000, silentMs: 500, behind: 1 },
    { id: 'b', wroteMs: 2_000, silentMs: 1_500, behind: 7 },
  ]);
  expect(writers.all(301_011).map(({ id }) => id)).toEqual(['a']);
  writers.wrote('c', { wallMs: 4_000, behind: 0 }, 700_000);
  expect(writers.all(700_000).map(({ id }) => id)).toEqual(['c']);
});
