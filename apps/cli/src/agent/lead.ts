import type { LeadContext } from '@conclave/runner-sdk';

/**
 * What this runner may say of itself. Nothing is remembered: every question looks at the clocks anew, so that a
 * process that stood still does not say what was true before.
 */
export class Lead {
  private context: LeadContext | null = null;

  begin(context: LeadContext): void {
    this.context = context;
  }

  /** From now on it does not lead, whatever is left of the lease. */
  giveUp(): void {
    this.context = null;
  }

  /** The term, while this runner leads by its own clocks and was not told to stop; else null. */
  get now(): LeadContext | null {
    const { context } = this;
    return context && !context.signal.aborted && context.remainingMs() > 0 ? context : null;
  }
}
