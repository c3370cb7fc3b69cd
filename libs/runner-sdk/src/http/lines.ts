import { ApiError, NotConclave } from './answers.js';
import { processWide } from '../pace/process-wide.js';
import { afterTurns, pause } from '../pace/pacing.js';

/**
 * So many of one process ask one server at a time. A thousand runners that start together would open a connection each, of which a
 * busy server takes one a turn of its event loop; given up meanwhile, each would open another.
 */
const MOST = 64;
/**
 * A server that answers none of them for so long may hang: twice as many ask then, to find that out. One more where fewer ask: who was
 * not answered may wait for minutes yet (a stream, or one that beats seldom), and all others with it.
 */
const QUIET_MS = 500;
/** Nobody waits so long for an answer: whoever asked then is gone without a word. */
const GONE_MS = 60_000;

/** Others of this process have waited there in vain just now. */
export class Unanswering extends Error {
  constructor(url: string) {
    super(`${new URL(url).origin} has not answered others of this process in time`);
  }
}

/** Call it when the answer is there, or none comes; null: whoever asked has given it up. */
export type Leave = (isAnswered: boolean | null) => void;

/** Those of this process who wait to ask one server the same kind of thing, whichever runners they are of. */
export class Line {
  private readonly begunMs = new Map<object, number>();
  private readonly waiting = new Set<(isTurn: boolean) => void>();
  /**
   * Who was not answered in time has left a connection in the server's queue, behind which all others wait: half as many ask then, or
   * one where nobody was answered; one more with each answer.
   */
  private most = MOST;
  private answeredMs = -Infinity;
  private fewerSinceMs = -Infinity;
  private left = 0;
  private alarm: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {}

  /**
   * Resolves when there is room, at the latest after `mostMs`, or when `stop` aborts. Rejects with {@link Unanswering} as soon as one
   * of those before was not answered, and nobody else since it asked.
   */
  async turn(mostMs: number, stop?: AbortSignal): Promise<Leave> {
    if (mostMs > 0 && this.isFull() && !(await this.wait(mostMs, stop))) throw new Unanswering(this.url);
    const [turn, beganMs] = [{}, performance.now()];
    this.begunMs.set(turn, beganMs);
    return (isAnswered) => {
      if (!this.begunMs.delete(turn)) return;
      this.left++;
      if (this.waiting.size > 0) this.alarm?.refresh();
      if (isAnswered) this.answered();
      else if (isAnswered === false) this.unanswered(beganMs);
      this.callNext(this.most - this.begunMs.size);
    };
  }

  private answered(): void {
    this.answeredMs = performance.now();
    this.most = Math.min(MOST, this.most + 1);
  }

  private unanswered(beganMs: number): void {
    const isNobody = this.answeredMs < beganMs;
    if (beganMs >= this.fewerSinceMs) {
      this.most = isNobody ? 1 : Math.ceil(this.most / 2);
      this.fewerSinceMs = performance.now();
    }
    if (isNobody) for (const go of this.waiting) go(false);
  }

  private async wait(mostMs: number, stop?: AbortSignal): Promise<boolean> {
    const called = new AbortController();
    let isNext = true;
    const go = (isTurn: boolean) => {
      isNext &&= isTurn;
      this.waiting.delete(go);
      if (this.waiting.size === 0) clearTimeout(this.alarm);
      called.abort();
    };
    this.waiting.add(go);
    if (this.waiting.size === 1) this.watch();
    await pause(mostMs, called.signal, ...(stop ? [stop] : []));
    go(true);
    return isNext;
  }

  private callNext(count: number): void {
    for (const go of [...this.waiting].slice(0, Math.max(0, count))) go(true);
  }

  private watch(): void {
    this.alarm = setTimeout(() => {
      const { left } = this;
      afterTurns(() => {
        if (this.left !== left) return;
        this.callNext(this.most === MOST ? Math.max(MOST, this.begunMs.size) : 1);
        if (this.waiting.size > 0) this.watch();
      });
    }, QUIET_MS);
  }

  private isFull(): boolean {
    if (this.begunMs.size < this.most) return false;
    const nowMs = performance.now();
    for (const [turn, begunMs] of this.begunMs)
      if (Math.abs(nowMs - begunMs) > GONE_MS) this.begunMs.delete(turn);
    return this.begunMs.size >= this.most;
  }
}

const lines = processWide(() => new Map<string, Line>());
/** `what`: what is asked there. */
export function lineTo(url: string, what: 'answer' | 'stream'): Line {
  const key = `${what} ${url}`;
  const line = lines().get(key) ?? new Line(url);
  lines().set(key, line);
  return line;
}

/** What an error says of the server. Null: nothing, as of a file that cannot be read here, or where `stop` gave it up. */
export function isAnswer(error: unknown, stop: AbortSignal | undefined): boolean | null {
  if (error instanceof ApiError) return true;
  const isOfServer =
    error instanceof DOMException || error instanceof TypeError || error instanceof NotConclave;
  return isOfServer && !stop?.aborted ? false : null;
}

/** Asks when its turn has come; a refusal is an answer. Rejects as {@link Line.turn} does, too. */
export async function askInLine<T>(
  line: Line,
  mostMs: number,
  stop: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  const leave = await line.turn(mostMs, stop);
  try {
    const answer = await ask();
    leave(true);
    return answer;
  } catch (error) {
    leave(isAnswer(error, stop));
    throw error;
  }
}
