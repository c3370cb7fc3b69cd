import { expect, it } from '@jest/globals';
import { Round } from './round.js';

it('takes some of many in turn, nobody twice in one call, whoever comes and goes', () => {
  const all = new Set([1, 2, 3, 4, 5]);
  const round = new Round(all);
  const take = (most: number) => [...round.take(most)];
  expect([take(2), take(2)]).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(take(10)).toEqual([5]); // the rest of this round
  expect(take(10)).toEqual([1, 2, 3, 4, 5]);
  expect(take(3)).toEqual([1, 2, 3]);
  all.delete(4);
  all.add(6);
  expect(take(10)).toEqual([5, 6]);
  all.clear();
  expect(take(10)).toEqual([]);
  all.add(7);
  expect(take(10)).toEqual([7]);
});
