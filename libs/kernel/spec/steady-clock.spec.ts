import { describe, expect, it } from '@jest/globals';
import { SteadyClock } from '@conclave/kernel';

/** A machine whose clocks the test sets. */
function machine() {
  const state = { wall: 1_000_000, monotonic: 5_000, uptimeS: 90 };
  const clock = new SteadyClock({
    wallMs: () => state.wall,
    monotonicMs: () => state.monotonic,
    uptimeS: () => Math.floor(state.uptimeS),
  });
  const pass = (ms: number, steeredMs = 0): void => {
    state.wall += ms + steeredMs;
    state.monotonic += ms;
    state.uptimeS += ms / 1_000;
  };
  return { state, clock, pass };
}

describe('a steady clock', () => {
  it('goes with the wall clock, also as that is steered', () => {
    const { clock, pass } = machine();
    expect(clock.wallMs()).toBe(1_000_000);
    for (let n = 0; n < 1_000; n++) {
      pass(50, 0.025);
      clock.wallMs();
    }
    expect(clock.wallMs()).toBe(1_000_000 + 50_025);
    expect(clock.steppedMs).toBe(0);
  });

  it.each([3_600_000, -3_600_000, 800])(
    'goes on when it is set by %d ms, and says so; set back it is as before',
    (stepMs) => {
      const { state, clock, pass } = machine();
      pass(1_000);
      state.wall += stepMs;
      expect(clock.wallMs()).toBe(1_001_000);
      expect(clock.steppedMs).toBe(stepMs);
      pass(1_000);
      expect(clock.wallMs()).toBe(1_002_000);
      state.wall -= stepMs;
      expect(clock.wallMs()).toBe(1_002_000);
      expect(clock.steppedMs).toBe(0);
      pass(1_000);
      expect(clock.wallMs()).toBe(1_003_000);
    },
  );

  it('steps add up, and what is left of them is no step is followed', () => {
    const { state, clock } = machine();
    state.wall += 10_000;
    clock.wallMs();
    state.wall -= 4_000;
    clock.wallMs();
    expect(clock.steppedMs).toBe(6_000);
    state.wall -= 5_800;
    expect(clock.wallMs()).toBe(1_000_200);
    expect(clock.steppedMs).toBe(0);
  });

  it('a machine that was suspended has lost that time for good, and the clock has not', () => {
    const { state, clock, pass } = machine();
    pass(1_000);
    state.wall += 8 * 3_600_000;
    state.uptimeS += 8 * 3_600;
    expect(clock.wallMs()).toBe(1_001_000 + 8 * 3_600_000);
    expect(clock.steppedMs).toBe(0);
    state.wall += 60_000; // and was set afterwards
    expect(clock.wallMs()).toBe(1_001_000 + 8 * 3_600_000);
    expect(clock.steppedMs).toBe(60_000);
  });
});
