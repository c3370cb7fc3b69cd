import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Problem } from './ask.js';

export interface Answer<T> {
  data: T | null;
  problem: Problem | null;
  /** What is shown is of an earlier question. */
  isOld: boolean;
}
type How<T> = (path: string, init: { signal: AbortSignal }) => Promise<T>;
type Held<T> = Omit<Answer<T>, 'isOld'> & { path: string | null };

/** How long after nobody answered, or not yet. */
const AGAIN_MS = 3_000;
/** Also what stands before a server says so while that is away. */
const PASSING: ReadonlySet<number> = new Set([0, 408, 429, 502, 503, 504]);
const isPassing = ({ status, code }: Problem): boolean => PASSING.has(status) && code !== 'group-unreadable';

/**
 * The answer to a question; asked again with each `revision`, the former answer shown meanwhile. One at a time: on a slow line
 * an answer that is on its way is worth more than a newer question. Null: nothing is asked.
 */
export function useAsked<T>(path: string | null, revision: unknown = 0, how: How<T> = ask): Answer<T> {
  const [held, hold] = useState<Held<T>>({ path: null, data: null, problem: null });
  const latest = useRef(how);
  latest.current = how;
  const question = useRef<Question<T> | null>(null);
  useEffect(() => {
    if (path === null) {
      hold({ path, data: null, problem: null });
      return;
    }
    const asked = new Question<T>(path, async (...given) => latest.current(...given), hold);
    question.current = asked;
    return () => {
      question.current = null;
      asked.end();
    };
  }, [path]);
  useEffect(() => question.current?.ask(), [path, revision]);
  return { data: held.data, problem: held.problem, isOld: held.path !== path };
}

class Question<T> {
  private readonly stop = new AbortController();
  private isRunning = false;
  private isWanted = false;
  private timer = 0;
  constructor(
    private readonly path: string,
    private readonly how: How<T>,
    private readonly hold: (change: (before: Held<T>) => Held<T>) => void,
  ) {}

  ask(): void {
    this.isWanted = true;
    if (!this.isRunning) void this.run();
  }

  end(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }

  private async run(): Promise<void> {
    const { path, stop } = this;
    const { signal } = stop;
    this.isRunning = true;
    while (this.isWanted && !signal.aborted) {
      clearTimeout(this.timer);
      this.isWanted = false;
      try {
        const data = await this.how(path, { signal });
        if (!signal.aborted) this.hold(() => ({ path, data, problem: null }));
      } catch (error) {
        if (!signal.aborted) this.fail(asProblem(error as Error));
      }
    }
    this.isRunning = false;
  }

  /** What is refused for good is not so any more; of what fails for a while the last answer stays. */
  private fail(problem: Problem): void {
    const { path } = this;
    const stays = isPassing(problem);
    this.hold((before) => ({ path, data: stays && before.path === path ? before.data : null, problem }));
    if (stays) this.timer = window.setTimeout(() => this.ask(), AGAIN_MS);
  }
}

const asProblem = (error: Error): Problem =>
  error instanceof Problem ? error : new Problem(0, 'internal', error.message);
