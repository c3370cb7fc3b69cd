import { groupOf, isLasting, type Id } from '@conclave/election';
import { isCaughtUp, isEvent, START, type EventStore, type StoredEvent } from '@conclave/event-store';
import { sealedBefore } from './events-of.js';

/**
 * Every event of a store after `from`, up to the last one that it holds now. Without what is sealed and gone: a store may
 * tell whoever follows it of that for a while.
 */
export async function* wholeLog(
  store: Pick<EventStore, 'subscribe' | 'read' | 'nameOf'>,
  from = START,
): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  const sealed = new Map<Id, number>();
  for await (const item of store.subscribe(from, stop.signal)) {
    if (isCaughtUp(item)) return stop.abort();
    if (!isEvent(item)) continue; // only a place that was passed
    delete item.writtenMs; // the store's, not the log's
    const group = groupOf(item.stream);
    if (group !== null && !sealed.has(group))
      sealed.set(group, (await sealedBefore(store, group))?.upTo ?? 0);
    if (group === null || item.version > sealed.get(group)!) yield item;
  }
}

/**
 * What a copy of a log has of it: everything but the presence log, which holds only signs of life. After a move every
 * running term is given a whole lease, exactly as after a restart.
 */
export async function* lastingLog(
  store: Pick<EventStore, 'subscribe' | 'read' | 'nameOf'>,
  from = START,
): AsyncGenerator<StoredEvent> {
  for await (const event of wholeLog(store, from)) if (isLasting(event.stream)) yield event;
}
