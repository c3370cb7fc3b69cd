import { expect, it } from '@jest/globals';
import { nextBeat, TermBook } from '../src/term-book.js';

it('a term that was given up is never begun again, whoever grants it late', () => {
  // L11
  const book = new TermBook();
  book.elected(3);
  book.giveUp(3);
  book.released = 3;
  book.heard(true, 3); // an answer of before the release
  expect(book).toMatchObject({ claim: null, released: 3 });
  book.elected(3);
  expect(book.claim).toBeNull();
  book.heard(true, 4);
  expect(book).toMatchObject({ claim: 4, released: null });
});

it('a release is said in every beat until the server has it', () => {
  const book = new TermBook();
  book.elected(1);
  expect(book.decline(1)).toBe(true);
  expect(nextBeat(null, book, false, false)).toEqual({ term: null, released: 1 });
  book.heard(true, 1); // it does not know yet
  expect(nextBeat(null, book, false, false)).toEqual({ term: null, released: 1 });
  book.heard(false, 1);
  expect(nextBeat(null, book, false, false)).toEqual({ term: null, released: null });
});

it('nothing is declined that was not won', () => {
  const book = new TermBook();
  book.elected(2);
  expect([book.decline(1), book.claim, book.givenUp]).toEqual([false, 2, 0]);
});
