import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Ending, waitTelling } from '../../src/ending.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('work that does not return when it was told to is told of, ever more seldom, until it has', async () => {
  const work = new Ending();
  const told: string[] = [];
  const waited = waitTelling(work.promise, ({ message }) => told.push(message));
  await jest.advanceTimersByTimeAsync(9_999);
  expect(told).toEqual([]);
  await jest.advanceTimersByTimeAsync(60_001);
  const ago = (s: number) => expect.stringContaining(`told to stop ${s} s ago, and has not returned`);
  expect(told).toEqual([ago(10), ago(30), ago(70)]);
  work.resolve();
  await waited;
  await jest.advanceTimersByTimeAsync(3_600_000);
  expect(told).toHaveLength(3);
});

it('where there is none to wait for nothing is told', async () => {
  const told: unknown[] = [];
  await waitTelling(null, (error) => told.push(error));
  await jest.advanceTimersByTimeAsync(3_600_000);
  expect(told).toEqual([]);
});
