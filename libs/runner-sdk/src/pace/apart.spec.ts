import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Apart } from './apart.js';

const PLACE = 'p';
let apart: Apart;
beforeEach(() => {
  jest.useFakeTimers();
  apart = new Apart();
  apart.said(PLACE, 8);
});
afterEach(() => void jest.useRealTimers());

/** Together none was answered, and one alone was meanwhile. */
const inVain = () => {
  const saidMs = performance.now();
  jest.advanceTimersByTime(100);
  apart.wentAlone(PLACE, true);
  apart.unanswered(PLACE, saidMs);
};

it('all go alone when one alone was answered three times while the others together were not, and try again later', () => {
  for (let times = 0; times < 3; times++) {
    expect(apart.isApart(PLACE)).toBe(false);
    inVain();
  }
  expect(apart.isApart(PLACE)).toBe(true);
  jest.advanceTimersByTime(2_000);
  expect(apart.isApart(PLACE)).toBe(false);
});

it('where that was found, once is enough when they go together again, until they are answered so', () => {
  for (let times = 0; times < 3; times++) inVain();
  jest.advanceTimersByTime(2_000);
  inVain();
  expect(apart.isApart(PLACE)).toBe(true);
  jest.advanceTimersByTime(4_000);
  apart.answered(PLACE);
  inVain();
  expect(apart.isApart(PLACE)).toBe(false);
});

it('a server that answers one alone no more is not asked by all alone', () => {
  for (let times = 0; times < 3; times++) inVain();
  apart.wentAlone(PLACE, false);
  expect(apart.isApart(PLACE)).toBe(false);
  expect(apart.sendsOneAlone(PLACE, 8)).toBe(true);
});

it('a crowd in small pieces sends one alone each second, whichever piece it is of; a small one all, by itself', () => {
  const sent = (count: number) => apart.sendsOneAlone(PLACE, count);
  expect(sent(4)).toBe(false); // nothing was in vain
  apart.unanswered(PLACE, performance.now());
  expect([sent(4), sent(4), sent(2), sent(1), sent(8), sent(8)]).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
  jest.advanceTimersByTime(1_000);
  expect([sent(1), sent(2), sent(3)]).toEqual([false, true, false]);
  const few = new Apart();
  few.said(PLACE, 4);
  few.unanswered(PLACE, performance.now());
  expect([few.isApart(PLACE), few.sendsOneAlone(PLACE, 4)]).toEqual([true, false]);
});
