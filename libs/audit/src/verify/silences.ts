import { DEFAULT_SETTINGS, type DataOf } from '@conclave/election';
import type { Report } from './rules.js';

/**
 * A silence was measured by one server and its beginning written down by another: their clocks may be so far apart where
 * nobody keeps them together, and an honest log must not be accused. Rates differ by this share (ADR 012).
 */
const CLOCK_MS = 60_000;
const CLOCK_SHARE = 0.02;

/** Whether what was recorded of silences can be. */
export class Silences {
  /** That were in force at any time. */
  private readonly leases = new Set([DEFAULT_SETTINGS.leaseMs]);

  constructor(
    private readonly report: Report,
    before: readonly number[] = [],
  ) {
    for (const leaseMs of before) this.configured(leaseMs);
  }

  configured(leaseMs: number): void {
    this.leases.add(leaseMs);
  }

  /** What was measured must fit together: who was heard at 12:00 cannot have been silent for an hour at 12:01. */
  check(
    { evidence, silentMs, leaseMs, deafMs, lastSeenAt }: DataOf<'HeartbeatMissed'>,
    version: number,
    at: string,
  ): void {
    if (evidence === 'silence' && silentMs < leaseMs)
      this.report('silence', version, silentMs, `at least ${leaseMs}`);
    if (!this.leases.has(leaseMs))
      this.report(
        'silence',
        version,
        `leaseMs ${leaseMs}`,
        `a lease that was in force: ${[...this.leases].join(', ')}`,
      );
    if (silentMs < 0 || deafMs < 0)
      this.report('silence', version, { silentMs, deafMs }, 'durations of 0 or more');
    if (lastSeenAt === null) return;
    const goneMs = Date.parse(at) - Date.parse(lastSeenAt);
    if (goneMs < -CLOCK_MS) this.report('silence', version, `last heard ${lastSeenAt}`, `not after ${at}`);
    else if (silentMs > goneMs * (1 + CLOCK_SHARE) + CLOCK_MS)
      this.report(
        'silence',
        version,
        `silent for ${silentMs} ms`,
        `at most ${goneMs} ms: it was heard ${lastSeenAt}`,
      );
  }
}
