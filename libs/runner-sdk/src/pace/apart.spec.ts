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
  expect(apart.needsOneAlone(PLACE, 8)).toBe(true);
});
