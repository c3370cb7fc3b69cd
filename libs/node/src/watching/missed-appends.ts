import {
  evolveBy,
  groupOf,
  initialState,
  readEvent,
  type Append,
  type GroupState,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import {
  comparePositions,
  isEvent,
  StoreUnavailable,
  type EventStore,
  type Item,
  type Position,
} from '@conclave/event-store';

interface Past {
  /** It cannot be read to its end: whoever watches is told that, and nothing else of it. */
  isGivenUp(group: Id): boolean;
  /** Up to which version a group's history is sealed. */
  sealedTo(group: Id): number;
  stateAt(group: Id, version: number): Promise<GroupState>;
}

/**
 * Whole appends of all groups after a position up to another one, in the log's order, as fast as they are taken: nothing
 * but the groups that they are of stays in memory. A position within an append means its end.
 */
export async function* missedAppends(
  store: Pick<EventStore, 'subscribe'>,
  past: Past,
  { after, until }: { after: Position; until: Position },
  signal: AbortSignal,
): AsyncGenerator<Append> {
  const states = new Map<Id, GroupState>();
  const open = new Map<Id, RecordedEvent[]>();
  if (comparePositions(after, until) >= 0) return;
  for await (const item of flowing(store, after, signal)) {
    if (!isEvent(item)) {
      if (item.type === 'caught-up') return checkReached(item.position, until);
      continue;
    }
    if (comparePositions(item.position, until) > 0) return;
    const group = groupOf(item.stream);
    if (group === null || past.isGivenUp(group) || item.version <= past.sealedTo(group)) continue;
    const event = readEvent(group, item);
    const { index, of } = event.meta.part;
    const events = index === 0 ? [] : open.get(group);
    if (!events) continue; // the rest of an append of which the client has the id
    events.push(event);
    open.set(group, events);
    if (index + 1 < of) continue;
    open.delete(group);
    const { version } = events[0]!;
    const known = states.get(group);
    const isNext = known?.version === version - 1; // else it was sealed meanwhile, and what is between is gone
    const before = isNext
      ? known
      : version === 1
        ? initialState(group)
        : await past.stateAt(group, version - 1);
    const now = evolveBy(before, events);
    states.set(group, now);
    yield { group, events, before, after: now };
  }
}

/** A node that is behind knows nothing of what is missing there. Throws {@link StoreUnavailable}. */
function checkReached(position: Position, until: Position): void {
  if (comparePositions(position, until) < 0)
    throw new StoreUnavailable('this node has not all that was read already');
}

/** A subscription that brings nothing for so long brings nothing: whoever waits for it holds a place that others want. */
const STALLED_MS = 4_000;

/** What a subscription brings. Throws {@link StoreUnavailable} when it brings nothing while somebody waits for it. */
async function* flowing(
  store: Pick<EventStore, 'subscribe'>,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  const stalled = new AbortController();
  const items = store.subscribe(after, AbortSignal.any([signal, stalled.signal]))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const alarm = setTimeout(() => stalled.abort(), STALLED_MS);
      const { done, value } = await items.next().finally(() => clearTimeout(alarm));
      if (stalled.signal.aborted) throw new StoreUnavailable('the subscription brings nothing');
      if (done) return;
      yield value;
    }
  } finally {
    await items.return?.();
  }
}
