import { giveWay } from '@conclave/kernel';

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

/** Background work: between two pieces, as much time as the last one took is left to others. */
export function restedAsLong(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, performance.now() - sinceMs));
    sinceMs = performance.now();
  };
}
