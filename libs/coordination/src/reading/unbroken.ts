import { streamOf, type Id } from '@conclave/election';
import { HistoryGone, type EventStore, type StoredEvent } from '@conclave/event-store';

/**
 * The events of a group as they stand in the store, from a version on, up to another one if that is named, and none left out:
 * a store lets go of what is sealed while somebody reads it. Throws HistoryGone where one is missing.
 */
export async function* unbroken(
  store: Pick<EventStore, 'read' | 'nameOf'>,
  group: Id,
  from: number,
  to = Infinity,
): AsyncGenerator<StoredEvent> {
  const stream = streamOf(group);
  let next = from;
  for await (const event of store.read(stream, from)) {
    if (event.version > to) break;
    if (event.version !== next) throw new HistoryGone(store.nameOf(stream), next);
    next++;
    yield event;
  }
  if (to !== Infinity && next <= to) throw new HistoryGone(store.nameOf(stream), next);
}
