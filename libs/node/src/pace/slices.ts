/** Long work gives way after so long: nobody else waits more than this for it (and the item under way). */
const SLICE_MS = 10;

class Slices {
  private sinceMs = performance.now();
  constructor(private readonly signal: AbortSignal) {}
  async between(): Promise<void> {
    this.signal.throwIfAborted();
    if (performance.now() - this.sinceMs < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.sinceMs = performance.now();
  }
}

/** The same items, but others get their turn meanwhile. Throws the signal's reason when it aborts. */
export async function* paced<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const slices = new Slices(signal);
  for await (const item of items) {
    await slices.between();
    yield item;
  }
}

/** For computations that let others run now and then. */
export function breather(signal: AbortSignal): () => Promise<void> {
  const slices = new Slices(signal);
  return () => slices.between();
}

/** Background work: between two pieces, as much time as the last one took is left to others. */
export function restedAsLong(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, performance.now() - sinceMs));
    sinceMs = performance.now();
  };
}
