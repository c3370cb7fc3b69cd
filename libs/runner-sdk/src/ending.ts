/**
 * A promise that is settled from outside. `Promise.withResolvers` would need Node 22; runners may have 20.
 */
export class Ending {
  resolve!: () => void;
  reject!: (why: unknown) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** The first time after so long, then each time after twice as long again. */
const TOLD_MS = 10_000;
const LONGEST_MS = 600_000;

/** Waits for work that was told to stop, and says so as long as that goes on: whoever waits without a word is taken for hanging. */
export async function waitTelling(
  waited: Promise<unknown> | null,
  problem: (error: Error) => void,
): Promise<void> {
  let [timer, waitedMs]: [NodeJS.Timeout | undefined, number] = [undefined, 0];
  const later = (ms: number): void => {
    timer = setTimeout(() => {
      waitedMs += ms;
      const ago = `the work was told to stop ${waitedMs / 1_000} s ago, and has not returned`;
      problem(new Error(`${ago}: nobody else leads before it does, or this process ends`));
      later(Math.min(2 * ms, LONGEST_MS));
    }, ms).unref();
  };
  later(TOLD_MS);
  try {
    await waited;
  } finally {
    clearTimeout(timer);
  }
}

/** Throws a TypeError for what is no AbortSignal. */
export function stopOn(
  signal: AbortSignal | undefined,
  stop: () => Promise<void>,
  ended: Promise<void>,
): void {
  if (signal === undefined) return;
  if (typeof signal?.addEventListener !== 'function')
    throw new TypeError('lead(): signal must be an AbortSignal');
  const listener = (): void => void stop();
  if (signal.aborted) return listener();
  signal.addEventListener('abort', listener, { once: true });
  const forget = (): void => signal.removeEventListener('abort', listener); // one may outlive many runners
  ended.then(forget, forget);
}
