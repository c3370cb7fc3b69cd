import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Farewell } from '../../src/farewell.js';
import type { Patient, Requests } from '../../src/http/requests.js';
import { now } from '../../src/stopwatch.js';

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
