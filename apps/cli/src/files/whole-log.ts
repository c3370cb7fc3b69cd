import { isCaughtUp, isEvent, START, type EventStore, type StoredEvent } from '@conclave/event-store';

/** Every event of a store after `from`, up to the last one that it holds now. */
export async function* wholeLog(store: EventStore, from = START): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  for await (const item of store.subscribe(from, stop.signal)) {
    if (isCaughtUp(item)) return stop.abort();
    if (!isEvent(item)) continue; // only a place that was passed
    delete item.writtenMs; // the store's, not the log's
    yield item;
  }
}
