import { AsyncLocalStorage } from 'node:async_hooks';
import { clocks } from './clocks/clock-watch.js';
import type { LeadContext, Work } from './options.js';
import { elapsedMs, type Instant } from './clocks/stopwatch.js';

/**
 * Why leading is over. `lost`: the lease ran out unanswered, or the term was ended. `revoked`: an operator or
 * the policy wants another leader. `superseded`: a newer process of this runner took over. `stopping`: this
 * process stops.
 */
export type StopCause = 'lost' | 'revoked' | 'superseded' | 'stopping';

/** Reason of the abort signal, and what `assertLeading()` throws. */
export class LeadershipOver extends Error {
  override readonly name = 'LeadershipOver';
  constructor(
    readonly term: number,
    readonly stopCause: StopCause,
  ) {
    super(`term ${term} is over for this runner: ${stopCause}`);
  }
}

/**
 * Thrown by `lead()` when a newer process of the same runner took over. Do not fight it: stop, or use another
 * id.
 */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  constructor(id: string) {
    super(`a newer process of runner "${id}" took over`);
  }
}

/** One term as this runner holds it: its own deadline, counted from when the renewing beat was sent (G2). */
export class Tenure {
  readonly abort = new AbortController();
  /** False once the lease ran out or the term ended: later grants of this term are ignored (L11). */
  isHeld = true;
  private sent: Instant | null = null;
  private grantMs = 0;
  private certificate: string | null = null;
  private timer: NodeJS.Timeout | undefined;
  private unwatch: (() => void) | null = null;
  /** Its listeners are the work's, whoever tells it to stop. */
  private asWork = (tell: () => void): void => tell();

  /** `onLost` is called when the lease runs out, and must call `over`. */
  constructor(
    readonly term: number,
    private readonly maxDrift: number,
    private readonly onLost: () => void,
  ) {}

  /** What the work gets to see of it. */
  context(): LeadContext {
    return {
      term: this.term,
      signal: this.abort.signal,
      assertLeading: () => this.assertLeading(),
      remainingMs: () => this.remainingMs(),
      leaseLeftMs: () => this.leaseLeftMs(),
      grantMs: () => this.grantMs,
      certificate: () => (this.remainingMs() > 0 ? this.certificate : null),
    };
  }

  /**
   * Resolves when the work has stopped, with the error that it failed with by itself; `onProblem`: told to
   * stop, it stopped that way.
   */
  async run(work: Work, onProblem: (error: Error) => void): Promise<{ error: unknown } | null> {
    this.asWork = AsyncLocalStorage.snapshot();
    try {
      await work(this.context());
    } catch (error) {
      if (!this.isLeading()) this.watch(); // the clocks may know before the timer does
      if (!this.stopCause) return { error };
      const { reason } = this.abort.signal as { reason: unknown };
      // timers of Node say that they were aborted, and why beside it
      if (![error, (error as Error | undefined)?.cause].includes(reason)) onProblem(error as Error);
    }
    return null;
  }

  /** A grant of `leaseMs` that counts from `sent`; 0 grants nothing and takes nothing away. */
  renew(sent: Instant, leaseMs: number, certificate?: string): void {
    if (!this.isHeld || leaseMs === 0) return;
    const grantMs = leaseMs * (1 - this.maxDrift);
    // A late reply of an earlier beat must not shorten what a later one granted.
    if (this.sent && grantMs - elapsedMs(sent) < this.remainingMs()) return;
    this.sent = sent;
    this.certificate = certificate ?? null;
    this.grantMs = grantMs;
    this.unwatch ??= clocks.listen(() => this.watch()); // what its own timer does not notice (G2)
    this.watch();
  }

  /** What is left of the lease, ms; 0 when it is over. */
  remainingMs(): number {
    return this.isHeld ? this.leaseLeftMs() : 0;
  }

  private leaseLeftMs(): number {
    return this.sent ? Math.max(0, this.grantMs - elapsedMs(this.sent)) : 0;
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (!this.isHeld) return; // it ended while others were told
    const left = this.remainingMs();
    if (left <= 0) return this.onLost();
    this.timer = setTimeout(() => this.watch(), left);
  }

  /** Why the work was told to stop; null while it may go on. */
  get stopCause(): StopCause | null {
    return this.abort.signal.aborted ? (this.abort.signal.reason as LeadershipOver).stopCause : null;
  }

  /** Tells the work to stop; the lease is still held and renewed while it drains. */
  stopWork(cause: StopCause): void {
    if (!this.abort.signal.aborted) this.asWork(() => this.abort.abort(new LeadershipOver(this.term, cause)));
  }

  /** The lease is gone: nothing of this term may be done any more. */
  over(cause: StopCause): void {
    this.isHeld = false;
    clearTimeout(this.timer);
    this.unwatch?.();
    this.stopWork(cause);
  }

  /** True if work of this term may go on right now; looks at the clocks, does not wait for a timer. */
  isLeading(): boolean {
    return !this.abort.signal.aborted && this.remainingMs() > 0;
  }

  assertLeading(): void {
    if (this.isLeading()) return;
    this.watch(); // the clocks may know before the timer does
    throw this.abort.signal.reason as Error;
  }
}
