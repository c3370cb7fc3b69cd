import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Farewell } from '../../src/farewell.js';
import type { Patient, Requests } from '../../src/http/requests.js';
import { ApiError } from '../../src/http/answers.js';
import { Unanswering } from '../../src/http/lines.js';
import { now } from '../../src/clocks/stopwatch.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Nobody answers, and those of the same process that were first make it wait as long as it may. */
const inVain = async ({ timeoutMs, waitMs = timeoutMs }: Patient) =>
  new Promise<never>((_, reject) => {
    setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), waitMs + timeoutMs);
  });

it.each([250, 400, 500, 2_000])(
  'whose answers are waited for %d ms take no longer than a stop may, also behind others',
  async (patienceMs) => {
    const requests = {
      resign: async (_: number, patient: Patient) => inVain(patient),
    } as unknown as Requests;
    const farewell = new Farewell(
      requests,
      () => patienceMs,
      () => undefined,
    );
    const since = now();
    const said = farewell.resign(1, since).then((heard) => [heard, performance.now() - since.monotonicMs]);
    await jest.advanceTimersByTimeAsync(5_000);
    const [heard, tookMs] = await said;
    expect(heard).toBe(null);
    expect(tookMs).toBeLessThan(1_810);
  },
);

it.each([
  ['hangs, so that others of its process were not answered', new Unanswering('http://127.0.0.1')],
  ['reads it too late', new ApiError(408, 'request-timeout', 'x')],
])('who stands by insists where a server %s: it may elect it yet', async (_, error) => {
  let tries = 0;
  const requests = {
    isUnheard: false,
    goAway: async (_: undefined, { timeoutMs }: Patient) => {
      if (++tries > 2) return true;
      return new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(error), timeoutMs);
      });
    },
  } as unknown as Requests;
  const farewell = new Farewell(
    requests,
    () => 500,
    () => undefined,
  );
  const said = farewell.leave(false, true, now());
  await jest.advanceTimersByTimeAsync(5_000);
  await said;
  expect(tries).toBe(3);
});
