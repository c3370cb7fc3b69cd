import { groupOf, isLasting, type Id } from '@conclave/election';
import {
  HistoryGone,
  isCaughtUp,
  isEvent,
  START,
  SubscriptionDropped,
  type EventStore,
  type Item,
  type StoredEvent,
} from '@conclave/event-store';
import { sealedBefore } from './events-of.js';

type Readable = Pick<EventStore, 'subscribe' | 'read' | 'nameOf'>;

/**
 * Every event of a store, up to the last one that it holds now. Without what is sealed and gone: a store may
 * tell whoever follows it of that for a while. Throws HistoryGone if it lets go of what is sealed while it is read.
 */
export async function* wholeLog(store: Readable): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  /** Up to which version each group was read, or is sealed. */
  const read = new Map<Id, number>();
  for await (const item of followed(store, stop.signal)) {
    if (isCaughtUp(item)) return stop.abort();
    if (!isEvent(item)) continue; // only a place that was passed
    delete item.writtenMs; // the store's, not the log's
    const group = groupOf(item.stream);
    if (group === null) {
      yield item;
      continue;
    }
    const last = read.get(group) ?? (await sealedTo(store, group));
    read.set(group, Math.max(last, item.version));
    if (item.version <= last) continue;
    if (item.version > last + 1 && (await sealedTo(store, group)) > last)
      throw new HistoryGone(store.nameOf(item.stream), last + 1);
    yield item;
  }
}

/** A reader that is slow for a moment is dropped by EventStoreDB, and may go on where it was. */
async function* followed(store: Readable, signal: AbortSignal): AsyncGenerator<Item> {
  for (let at = START; ;) {
    const before = at;
    try {
      for await (const item of store.subscribe(at, signal)) {
        yield item;
        at = item.position;
      }
      return;
    } catch (error) {
      const isSlow = error instanceof SubscriptionDropped && error.reason === 'slow-consumer';
      if (!isSlow || at === before) throw error;
    }
  }
}

/** Up to which version a group is sealed, and let go of; 0: it is not. */
const sealedTo = async (store: Readable, group: Id): Promise<number> =>
  (await sealedBefore(store, group))?.upTo ?? 0;

/**
 * What a copy of a log has of it: everything but the presence log, which holds only signs of life. After a move every
 * running term is given a whole lease, exactly as after a restart.
 */
export async function* lastingLog(store: Readable): AsyncGenerator<StoredEvent> {
  for await (const event of wholeLog(store)) if (isLasting(event.stream)) yield event;
}
