import { readEvent, streamOf, type Id, type RecordedEvent } from '@conclave/election';
import type { EventStore } from '@conclave/event-store';

/** The recorded events of a group from a version on, as they stand in the store. */
export async function* eventsOf(
  store: Pick<EventStore, 'read' | 'nameOf'>,
  group: Id,
  from: number,
): AsyncGenerator<RecordedEvent> {
  for await (const stored of store.read(streamOf(group), from))
    yield readEvent(group, stored, store.nameOf(stored.stream));
}
