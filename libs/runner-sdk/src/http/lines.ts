import { processWide } from '../pace/process-wide.js';
import { afterTurns, pause } from '../pace/pacing.js';

/**
 * So many of one process ask one server at a time. A thousand runners that start together would open a connection each, of which a
 * busy server takes one a turn of its event loop; given up meanwhile, each would open another.
 */
const MOST = 64;
/** A server that answers none of them for so long may hang: twice as many ask then, to find that out. */
const QUIET_MS = 500;
/** Nobody waits so long for an answer: whoever asked then is gone without a word. */
const GONE_MS = 60_000;

/** Those of this process who wait to ask one server the same kind of thing, whichever runners they are of. */
export class Line {
  private readonly begunMs = new Map<object, number>();
  private readonly waiting = new Set<() => void>();
  private left = 0;
  private alarm: NodeJS.Timeout | undefined;

  /**
   * Resolves when there is room, at the latest after `mostMs`, or when `stop` aborts; call what it gives when the answer is there.
   */
  async turn(mostMs: number, stop?: AbortSignal): Promise<() => void> {
    if (mostMs > 0 && this.isFull()) await this.wait(mostMs, stop);
    const turn = {};
    this.begunMs.set(turn, performance.now());
    return () => {
      this.left++;
      if (this.waiting.size > 0) this.alarm?.refresh();
      this.begunMs.delete(turn);
      const [next] = this.waiting;
      if (this.begunMs.size < MOST) next?.();
    };
  }

  private async wait(mostMs: number, stop?: AbortSignal): Promise<void> {
    const called = new AbortController();
    const go = () => {
      this.waiting.delete(go);
      if (this.waiting.size === 0) clearTimeout(this.alarm);
      called.abort();
    };
    this.waiting.add(go);
    if (this.waiting.size === 1) this.watch();
    await pause(mostMs, called.signal, ...(stop ? [stop] : []));
    go();
  }

  private watch(): void {
    this.alarm = setTimeout(() => {
      const { left } = this;
      afterTurns(() => {
        if (this.left !== left) return;
        for (const go of [...this.waiting].slice(0, Math.max(MOST, this.begunMs.size))) go();
        if (this.waiting.size > 0) this.watch();
      });
    }, QUIET_MS);
  }

  private isFull(): boolean {
    if (this.begunMs.size < MOST) return false;
    const nowMs = performance.now();
    for (const [turn, begunMs] of this.begunMs)
      if (Math.abs(nowMs - begunMs) > GONE_MS) this.begunMs.delete(turn);
    return this.begunMs.size >= MOST;
  }
}

const lines = processWide(() => new Map<string, Line>());
/** `what`: what is asked there. */
export function lineTo(url: string, what: 'answer' | 'stream'): Line {
  const key = `${what} ${url}`;
  const line = lines().get(key) ?? new Line();
  lines().set(key, line);
  return line;
}
