import {
  advanceBy,
  headAfter,
  readEvent,
  streamOf,
  type GroupHead,
  type Id,
  type RecordedEvent,
  type SealedHistory,
} from '@conclave/election';
import { wholeAppends, type EventStore } from '@conclave/event-store';
import { unbroken } from './unbroken.js';

type Readable = Pick<EventStore, 'read' | 'nameOf'>;

/** The recorded events of a group from a version on, as they stand in the store; see {@link unbroken}. */
export async function* eventsOf(store: Readable, group: Id, from: number): AsyncGenerator<RecordedEvent> {
  for await (const stored of unbroken(store, group, from))
    yield readEvent(group, stored, store.nameOf(stored.stream));
}

/**
 * What the log holds in place of the events that are missing at the beginning of a group's stream: sealed, and let go of,
 * or some of them still there. null: none is missing, or what is missing was not sealed.
 */
export async function sealedBefore(store: Readable, group: Id): Promise<SealedHistory | null> {
  let first: number | null = null;
  for await (const stored of store.read(streamOf(group))) {
    first ??= stored.version;
    if (first === 1) return null;
    if (stored.type !== 'HistorySealed') continue;
    const event = readEvent(group, stored, store.nameOf(stored.stream));
    if (event.type === 'HistorySealed' && event.data.upTo >= first - 1) return event.data;
  }
  return null;
}

/** The group at the store's head, read on from what is known of it; what was sealed meanwhile is left out. */
export async function readOn(store: Readable, group: Id, known: GroupHead): Promise<GroupHead> {
  let head = known;
  for await (const { events } of wholeAppends(store.read(streamOf(group), known.state.version + 1))) {
    if (events[0]!.version > head.state.version + 1) {
      const past = await sealedBefore(store, group);
      if (past && past.upTo > head.state.version) head = { ...headAfter(past), commands: head.commands };
    }
    if (events.at(-1)!.version <= head.state.version) continue; // sealed, and not gone yet
    const read = events.map((stored) => readEvent(group, stored, store.nameOf(stored.stream)));
    head = advanceBy(head, read);
  }
  return head;
}
