import { setTimeout } from 'node:timers/promises';
import { giveWay } from '@conclave/kernel';

/** What takes less is not worth a rest. */
const LEAST_MS = 1;

/** The same items, but others get their turn meanwhile. Throws the signal's reason when it aborts. */
export async function* paced<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted();
    await giveWay();
    yield item;
  }
}

/** For computations that let others run now and then. */
export function breather(signal: AbortSignal): () => Promise<void> {
  return async () => {
    signal.throwIfAborted();
    await giveWay();
  };
}

/** Background work: between two pieces it rests, so that it takes this share of the time, until somebody waits for it. */
export function rested(share: number, hurry?: AbortSignal): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    const tookMs = performance.now() - sinceMs;
    if (tookMs < LEAST_MS) return;
    if (hurry?.aborted) await giveWay();
    else await setTimeout(tookMs * (1 / share - 1), undefined, { signal: hurry }).catch(() => undefined);
    sinceMs = performance.now();
  };
}
