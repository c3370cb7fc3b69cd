import type { Clock } from '@conclave/kernel';

/** Time that passes only when the test says so. */
export class ManualClock implements Clock {
  readonly steppedMs = 0;
  private elapsed = 0;
  private readonly startMs = Date.parse('2026-11-24T12:00:00.000Z');

  wallMs(): number {
    return this.startMs + this.elapsed;
  }
  monotonicMs(): number {
    return this.elapsed;
  }
  advance(ms: number): void {
    this.elapsed += ms;
  }
}
