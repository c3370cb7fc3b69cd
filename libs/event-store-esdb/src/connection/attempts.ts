import { within } from './persistence.js';

/** What is under way longer gets another one beside it: what the network lost it may repeat only much later. */
const BESIDE_MS = 2_500;
/** What takes longer is given up. */
export const MOST_MS = 10_000;
/**
 * What was refused is not tried again at once: whoever asks meanwhile is told the same. Less than a call waits
 * for all its attempts (`persistently`), so that one that begins when a node is there again succeeds.
 */
const PAUSE_MS = 150;

interface Begun<T> {
  result: Promise<T>;
  /** Nobody took what came of it, and nobody will. */
  drop?: () => void;
}
interface Attempt<T> extends Begun<T> {
  at: string;
  beganMs: number;
}

/**
 * Attempts at nodes, for all who ask for the same. Each goes on when who asked waits no longer: what takes long
 * each time would never be done if it were begun anew each time.
 */
export class Attempts<T> {
  private running: Attempt<T>[] = [];

  /** The first that succeeds; who asks next begins another. Rejects with why none did, or with NoAnswer. */
  async result(at: string, waitMs: number, begin: () => Begun<T>): Promise<T> {
    const nowMs = performance.now();
    const those = () => this.running.filter((attempt) => attempt.at === at);
    if (!those().some(({ beganMs }) => nowMs - beganMs < BESIDE_MS))
      this.another({ at, beganMs: nowMs, ...begin() });
    const attempts = those();
    const first = Promise.any(attempts.map(async (attempt) => attempt.result.then(() => attempt)));
    const why = async () => attempts.at(-1)!.result.then(async () => first);
    const done = await within(waitMs, first.catch(why));
    this.forget(done);
    return done.result;
  }

  close(): void {
    for (const attempt of this.running) if (this.forget(attempt)) attempt.drop?.();
  }

  private another(attempt: Attempt<T>): void {
    this.running.push(attempt);
    const dropIn = (ms: number) =>
      setTimeout(() => {
        if (this.forget(attempt)) attempt.drop?.();
      }, ms).unref();
    dropIn(MOST_MS);
    attempt.result.catch(() => dropIn(Math.max(0, attempt.beganMs + PAUSE_MS - performance.now())));
  }

  /** False: it was already. */
  private forget(attempt: Attempt<T>): boolean {
    const { length } = this.running;
    this.running = this.running.filter((one) => one !== attempt);
    return this.running.length < length;
  }
}
