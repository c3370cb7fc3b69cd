import { groupOf, type Id } from '@conclave/election';
import { isCaughtUp, isEvent, START, type EventStore, type StoredEvent } from '@conclave/event-store';

/**
 * Every event of a store after `from`, up to the last one that it holds now. Without what is sealed and gone: a store may
 * tell whoever follows it of that for a while.
 */
export async function* wholeLog(store: EventStore, from = START): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  const sealed = new Map<Id, number>();
  for await (const item of store.subscribe(from, stop.signal)) {
    // it brings Nest along, which no other command shall wait for
    const { sealedBefore } = await import('@conclave/coordination');
    if (isCaughtUp(item)) return stop.abort();
    if (!isEvent(item)) continue; // only a place that was passed
    delete item.writtenMs; // the store's, not the log's
    const group = groupOf(item.stream);
    if (group !== null && !sealed.has(group))
      sealed.set(group, (await sealedBefore(store, group))?.upTo ?? 0);
    if (group === null || item.version > sealed.get(group)!) yield item;
  }
}
