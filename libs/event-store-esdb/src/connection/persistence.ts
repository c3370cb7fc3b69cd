import { isRepeatable, NoAnswer, storeErrorOf, type Asked } from './failures.js';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/**
 * Repeats `work` while its outcome is unknown, a bounded number of times, then throws the port's error.
 * `work` must be the same each time: same ids, same explicit revision (facts 2.3).
 */
export async function persistently<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isRepeatable(error)) throw storeErrorOf(error, asked);
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

/** The client has no deadline for reads and none for discovery (facts 0.5). */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
