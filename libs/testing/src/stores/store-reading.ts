import {
  isCaughtUp,
  isEvent,
  SubscriptionDropped,
  type EventStore,
  type Position,
  type StoredEvent,
} from '@conclave/event-store';

/**
 * Events of a subscription, `null` for caught-up, until `enough` says stop; resumed when the server finds it
 * too slow.
 */
export async function follow(
  store: EventStore,
  from: Position,
  enough: (seen: (StoredEvent | null)[]) => boolean,
  mine: (stream: string) => boolean,
): Promise<(StoredEvent | null)[]> {
  const stop = new AbortController();
  const seen: (StoredEvent | null)[] = [];
  let position = from;
  while (!stop.signal.aborted) {
    try {
      for await (const item of store.subscribe(position, stop.signal)) {
        position = item.position;
        if (isCaughtUp(item)) seen.push(null);
        else if (isEvent(item) && mine(item.stream)) seen.push(item);
        if (enough(seen)) stop.abort();
      }
    } catch (error) {
      if (!(error instanceof SubscriptionDropped && error.reason === 'slow-consumer')) throw error;
    }
  }
  return seen;
}

/** All items of a stream that ends by itself. */
export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
