/** Full-jitter exponential backoff: many runners that lost one server do not come back in step. */
export const backoffMs = (failures: number, firstMs: number, mostMs: number): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);

/** Leases count from when a beat was sent: who holds one does not rest the longer, the slower the answer was. */
export const restMs = (heartbeatMs: number, tookMs: number): number =>
  Math.max(heartbeatMs - tookMs, heartbeatMs / 4);

const TURNS = 3;
/** Timers go first: what came in while this process stood still is read in the turns of the event loop that follow. */
export const afterTurns = (act: () => void, turns = TURNS): void =>
  void setImmediate(() => (turns > 1 ? afterTurns(act, turns - 1) : act()));

/** Waits, or until a signal aborts; never rejects. Leaves nothing on the signals. */
export async function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = ms === Infinity ? undefined : setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener('abort', done);
  });
}

const LEAST_MS = 250;
const MOST_MS = 2_000;
/** A network that takes so long is waited for, whatever the heartbeat. */
const SLOW_MS = 1_000;
/**
 * Whoever joins holds nothing yet that could end meanwhile. Less where one of several servers is not there: it may be back meanwhile, and
 * answer at once.
 */
const [MOST_JOINING_MS, MOST_BESIDE_MS] = [16_000, 8_000];

/**
 * How long an answer is waited for: long enough for the network as it was lately, and for two more tries in a lease. Not
 * longer where heartbeats are short: a way that was cut is tried again that soon after it is whole (G5).
 */
export class Patience {
  private slownessMs = LEAST_MS;
  private late = 0;

  answered(tookMs: number): void {
    this.late = 0;
    this.slownessMs = Math.min(Math.max(3 * tookMs, LEAST_MS), MOST_MS);
  }
  /** `isJoining`, and nobody else was there who might answer sooner. */
  unanswered(error: unknown, isJoining: boolean): void {
    if (isJoining && error instanceof DOMException) this.late++;
    this.slownessMs = Math.min(2 * this.slownessMs, MOST_MS);
  }
  ms(heartbeatMs: number): number {
    const mostMs = Math.max(SLOW_MS, 4 * heartbeatMs);
    return Math.round(Math.max(Math.min(this.slownessMs, mostMs), heartbeatMs * 0.8));
  }

  /**
   * How long one that has connected waits to be registered: twice as long each time. Where a thousand start together, what is given up
   * leaves a dead connection in the queue of their server, and none of them is answered, for good (docs/decisions/018). `isEach`: all
   * servers let it wait.
   */
  joiningMs(heartbeatMs: number, isEach: boolean): number {
    return Math.min(this.ms(heartbeatMs) * 2 ** this.late, isEach ? MOST_JOINING_MS : MOST_BESIDE_MS);
  }
}
