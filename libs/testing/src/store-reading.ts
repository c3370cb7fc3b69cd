import type { CaughtUp, EventStore, StoredEvent } from '@conclave/event-store';

export const isCaughtUp = (item: StoredEvent | CaughtUp): item is CaughtUp => item.type === 'caught-up' && !('stream' in item);

/** Events of a subscription, `null` for caught-up, until `enough` says stop. */
export async function followed(
  store: EventStore,
  from: string,
  enough: (seen: (StoredEvent | null)[]) => boolean,
  mine: (stream: string) => boolean,
): Promise<(StoredEvent | null)[]> {
  const stop = new AbortController();
  const seen: (StoredEvent | null)[] = [];
  for await (const item of store.subscribe(from, stop.signal)) {
    if (isCaughtUp(item)) seen.push(null);
    else if (mine(item.stream)) seen.push(item);
    if (enough(seen)) stop.abort();
  }
  return seen;
}

/** All items of a stream that ends by itself. */
export const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
