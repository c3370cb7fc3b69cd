import type { Clock } from '@conclave/kernel';
import type { Logger } from './reporting/logger.js';

/** Looks at the wall clock often, which is what keeps it steady, and tells people when somebody has set it. */
export class ClockWatch {
  private toldMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Call a few times a second. */
  tick(): void {
    this.clock.wallMs();
    const { steppedMs } = this.clock;
    if (steppedMs === this.toldMs) return;
    this.toldMs = steppedMs;
    if (steppedMs === 0)
      return this.logger.warn('the wall clock of this machine is where it was before it was set');
    const by = `${(Math.abs(steppedMs) / 1_000).toFixed(1)} s ${steppedMs > 0 ? 'ahead' : 'back'}`;
    this.logger.error(
      `the wall clock of this machine was set ${by}. This server goes on by the time that it had: nothing ends or lasts ` +
        'because of it. If the clock is right now, restart the server; if it is not, set it right.',
    );
  }
}
