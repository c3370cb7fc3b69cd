import type { Clock } from '@conclave/kernel';

/** Time that passes only when the test says so. */
export class ManualClock implements Clock {
  steppedMs = 0;
  private elapsed = 0;
  private readonly startMs: number;

  /** `wrongMs`: how far it is ahead of others from its start on. */
  constructor(wrongMs = 0) {
    this.startMs = Date.parse('2026-11-24T12:00:00.000Z') + wrongMs;
  }

  wallMs(): number {
    return this.startMs + this.elapsed - this.steppedMs;
  }
  monotonicMs(): number {
    return this.elapsed;
  }
  adopt(byMs: number): void {
    this.steppedMs -= byMs;
  }
  advance(ms: number): void {
    this.elapsed += ms;
  }
}
