import type { Clock } from '@conclave/kernel';
import type { Logger } from '../reporting/logger.js';
import type { ClockLog } from './clock-log.js';
import { Budget } from '../pace/budget.js';

const inWords = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s ${ms > 0 ? 'ahead' : 'back'}`;

/** Two programs that set a clock against each other do so for ever, and each step stays in the log. */
const [AT_ONCE, AGAIN_MS] = [10, 60_000];

/** Looks at the wall clock often, which is what keeps it steady, and tells people when it is wrong or was set. */
export class ClockWatch {
  private toldMs = 0;
  /** What has come of steps that are not told of is told in its turn. */
  private readonly budget: Budget;

  constructor(
    private readonly clock: Clock,
    private readonly log: ClockLog,
    private readonly logger: Logger,
  ) {
    this.budget = new Budget(AT_ONCE, AGAIN_MS, clock.monotonicMs());
  }

  /** Call a few times a second. */
  tick(): void {
    this.clock.wallMs();
    const { steppedMs } = this.clock;
    if (steppedMs === this.toldMs || !this.budget.spend(this.clock.monotonicMs())) return;
    const wasMs = this.toldMs;
    this.toldMs = steppedMs;
    this.log.record(steppedMs === 0 ? 'set-back' : 'set', steppedMs || wasMs);
    if (steppedMs === 0)
      return this.logger.warn('the wall clock of this machine is where it was before it was set');
    this.logger.error(
      `the wall clock of this machine was set ${inWords(steppedMs)}. This server goes on by the time that it had: nothing ends or lasts ` +
        'because of it. If the clock is right now, restart the server; if it is not, set it right.',
    );
  }

  /** The store and the other servers say that this server's time is wrong: it goes by theirs. */
  correct(byMs: number): void {
    this.clock.adopt(byMs);
    this.toldMs = this.clock.steppedMs;
    this.log.record('started-wrong', this.toldMs);
    this.logger.error(
      `the wall clock of this machine is ${inWords(-byMs)} of the store's and the other servers' clocks. This server goes by theirs: set it right.`,
    );
  }
}
