import { now } from './stopwatch.js';

const CHECK_MS = 100;
/** Further apart than reading them one after the other, or rounding, brings about; a clock that is slewed gets there now and then. */
const APART_MS = 5;

/**
 * Tells when the clocks of this machine went apart: the wall clock was set, or the machine was suspended, in which timers and the
 * monotonic clock stand still. One timer for all terms that this process holds.
 */
export class ClockWatch {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private apartMs = 0;

  /** `look` is called within 100 ms of it. Returns how to end that. */
  listen(look: () => void): () => void {
    if (this.listeners.size === 0) {
      this.apartMs = apartMs();
      this.timer = setInterval(() => this.check(), CHECK_MS);
      this.timer.unref(); // who listens has a timer of its own
    }
    this.listeners.add(look);
    return () => {
      this.listeners.delete(look);
      if (this.listeners.size === 0) clearInterval(this.timer);
    };
  }

  private check(): void {
    const nowApartMs = apartMs();
    if (Math.abs(nowApartMs - this.apartMs) < APART_MS) return;
    this.apartMs = nowApartMs;
    for (const look of [...this.listeners]) look();
  }
}

function apartMs(): number {
  const { wallMs, monotonicMs } = now();
  return wallMs - monotonicMs;
}

/** Of this process. */
export const clocks = new ClockWatch();
