import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClockWatch } from '../src/clocks/clock-watch.js';
import { Tenure } from '../src/tenure.js';

// G2: a machine that slept must not work for a lease that ran out meanwhile, though its timers know nothing of that time.

describe('clocks that go apart', () => {
  let slewMs = 0;
  beforeEach(() => {
    jest.useFakeTimers();
    const wallMs = Date.now.bind(Date);
    slewMs = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => wallMs() + slewMs);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('are noticed within 100 ms, once, by all who listen; who left is told nothing', () => {
    const watch = new ClockWatch();
    const told = [jest.fn(), jest.fn(), jest.fn()];
    const leave = told.map((look) => watch.listen(look));
    jest.advanceTimersByTime(10_000);
    expect(told.map((look) => look.mock.calls.length)).toEqual([0, 0, 0]);
    leave[2]!();
    slewMs += 60_000;
    jest.advanceTimersByTime(100);
    slewMs -= 2; // less than reading them may bring about
    jest.advanceTimersByTime(10_000);
    expect(told.map((look) => look.mock.calls.length)).toEqual([1, 1, 0]);
    for (const end of leave) end();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a slow slew is noticed, too, before a lease is long by it', () => {
    const watch = new ClockWatch();
    const look = jest.fn();
    watch.listen(look);
    for (let n = 0; n < 100; n++) {
      slewMs += 0.5;
      jest.advanceTimersByTime(1_000);
    }
    expect(look.mock.calls.length).toBeGreaterThanOrEqual(5);
  });

  it('end the work of a lease that ran out while the machine slept, and no other', () => {
    const [lost, held] = [jest.fn(), jest.fn()];
    const granted = (leaseMs: number, onLost: () => void): Tenure => {
      const tenure = new Tenure(1, 0.01, onLost);
      tenure.renew({ monotonicMs: performance.now(), wallMs: Date.now() }, leaseMs);
      return tenure;
    };
    granted(15_000, lost);
    granted(60_000, held);
    slewMs += 20_000;
    expect(lost).not.toHaveBeenCalled();
    jest.advanceTimersByTime(100);
    expect([lost, held].map((end) => end.mock.calls.length)).toEqual([1, 0]);
    jest.advanceTimersByTime(60_000 * 0.99 - 20_000 - 100 + 5);
    expect(held).toHaveBeenCalledTimes(1);
  });
});
