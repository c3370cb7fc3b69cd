import type { LeadContext } from '@conclave/runner-sdk';
import type { LeaseGuard } from '../guarding/lease-guard.js';
import { say } from '../remote/telling.js';

const LOOK_MS = 50;

/** So long before the end of the lease whatever works in it is killed: nobody else may meet it (G2). */
export const killMs = (context: LeadContext): number => Math.min(250, context.grantMs() / 10);

/** So long before it a lease that no server renews is given up, if what works in it takes so long to stop. */
export const earlyMs = (context: LeadContext, stopMs: number): number =>
  Math.min(stopMs + killMs(context), context.grantMs() / 4);

/** Resolves when a lease that was given up early is over, or was renewed after all. */
export async function hasLapsed(context: LeadContext): Promise<void> {
  while (!context.signal.aborted && context.remainingMs() <= earlyMs(context, Infinity))
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** So often in a row what works in a lease is begun anew. */
const MOST_IN_A_ROW = 3;

/** How often a lease of one term was given up early and renewed after all. */
export class LateRenewals {
  private inARow = 0;
  private lastMs = -Infinity;

  constructor(private readonly context: Pick<LeadContext, 'grantMs'>) {}

  /** It was once more. False: whose way to the servers stays slow would begin and stop for ever, while another runner could lead. */
  isToLeadOn(nowMs = performance.now()): boolean {
    if (nowMs - this.lastMs > 4 * this.context.grantMs()) this.inARow = 0;
    this.lastMs = nowMs;
    return ++this.inARow <= MOST_IN_A_ROW;
  }
}

/**
 * Works in a term, and again where that was given up early and the lease was renewed after all, which is what `work` returns: to
 * return would resign, and where a store is slow for a while one runner after the other would be out for two leases (G5).
 */
export async function workOn(
  context: LeadContext,
  work: () => Promise<boolean>,
  again: string,
): Promise<void> {
  const late = new LateRenewals(context);
  while (await work()) {
    if (!late.isToLeadOn())
      return say(
        `the lease was renewed late more than ${MOST_IN_A_ROW} times in a row: the lead is handed back`,
      );
    say(`the lease was renewed after all: ${again}`);
  }
}

/** When a program that works in a term must stop, and when it is killed. Call `end` when it has ended. */
export class LeaseLimits {
  private readonly toStop = new AbortController();
  private readonly toKill = new AbortController();
  private readonly timer: NodeJS.Timeout;

  /** `stopMs`: what the program may take to stop, if so much is left; `guard` kills it if this process cannot. */
  constructor(
    private readonly context: LeadContext,
    private readonly stopMs: number,
    private readonly guard: Pick<LeaseGuard, 'tell'>,
  ) {
    context.signal.addEventListener('abort', this.tell, { once: true });
    if (context.signal.aborted) this.tell();
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  get stop(): AbortSignal {
    return this.toStop.signal;
  }
  get kill(): AbortSignal {
    return this.toKill.signal;
  }

  end(): void {
    clearInterval(this.timer);
    this.context.signal.removeEventListener('abort', this.tell);
  }

  private readonly tell = (): void => this.toStop.abort();

  /** However the lead was lost: others are at work when the lease is over that was granted last. */
  private look(): void {
    const { context } = this;
    const leftMs = context.leaseLeftMs();
    this.guard.tell(leftMs - killMs(context));
    if (leftMs <= earlyMs(context, this.stopMs)) this.tell();
    if (leftMs <= killMs(context)) this.toKill.abort();
  }
}
