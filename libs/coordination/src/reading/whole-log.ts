import { groupOf, isLasting, type Id } from '@conclave/election';
import { isCaughtUp, isEvent, START, type EventStore, type StoredEvent } from '@conclave/event-store';
import { sealedBefore } from './events-of.js';
import { brokenOff } from './unbroken.js';

type Readable = Pick<EventStore, 'subscribe' | 'read' | 'nameOf'>;

/**
 * Every event of a store after `from`, up to the last one that it holds now. Without what is sealed and gone: a store may
 * tell whoever follows it of that for a while. Throws StoreUnavailable if it lets go of what is sealed while it is read.
 * `before`: up to which version of each group whoever goes on at `from` has read.
 */
export async function* wholeLog(
  store: Readable,
  from = START,
  before: ReadonlyMap<Id, number> = new Map(),
): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  /** Up to which version each group was read, or is sealed; null: it begins where it begins. */
  const read = new Map<Id, number | null>(before);
  for await (const item of store.subscribe(from, stop.signal)) {
    if (isCaughtUp(item)) return stop.abort();
    if (!isEvent(item)) continue; // only a place that was passed
    delete item.writtenMs; // the store's, not the log's
    const group = groupOf(item.stream);
    if (group === null) {
      yield item;
      continue;
    }
    if (!read.has(group)) read.set(group, await sealedTo(store, group, from));
    const last = read.get(group) ?? item.version - 1;
    if (item.version <= last) continue;
    if (item.version > last + 1 && (await sealedTo(store, group))! > last)
      throw brokenOff(store.nameOf(item.stream), last + 1);
    read.set(group, item.version);
    yield item;
  }
}

/** 0: nothing is; null: nothing is, and the group is read from somewhere within. */
async function sealedTo(store: Readable, group: Id, from = START): Promise<number | null> {
  return (await sealedBefore(store, group))?.upTo ?? (from === START ? 0 : null);
}

/**
 * What a copy of a log has of it: everything but the presence log, which holds only signs of life. After a move every
 * running term is given a whole lease, exactly as after a restart.
 */
export async function* lastingLog(
  store: Readable,
  from = START,
  before?: ReadonlyMap<Id, number>,
): AsyncGenerator<StoredEvent> {
  for await (const event of wholeLog(store, from, before)) if (isLasting(event.stream)) yield event;
}
