import type { Occurrence, RecordedEvent } from '../model/events.js';
import { evolve } from './evolve.js';
import type { GroupState } from '../model/state.js';
import type { Id } from '../model/vocabulary.js';
import type { Own } from './runners.js';

/**
 * What one command wrote, with the group around it. It is one change: there is no state between its events.
 */
export interface Append {
  readonly group: Id;
  readonly events: readonly RecordedEvent[];
  readonly before: GroupState;
  readonly after: GroupState;
}

/** Position of an append in the whole log: that of its last event. */
export const positionOf = ({ events }: Append): string => events.at(-1)!.position;

/** After several, of which nobody sees the state in between. */
export function evolveBy(state: GroupState, events: readonly Occurrence[]): GroupState {
  const own: Own = new Set();
  return events.reduce((before, event) => evolve(before, event, own), state);
}

/**
 * Events of one group, in order, as the appends that wrote them. `start`: the group before the first of them.
 * Events that break off within an append are handed over as they are, for an auditor to see.
 */
export async function* appendsOf(
  events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>,
  start: GroupState,
): AsyncGenerator<Append> {
  let open: RecordedEvent[] = [];
  let before = start;
  let after = start;
  let own: Own = new Set();
  for await (const event of events) {
    if (open.length > 0 && !continues(open, event)) {
      yield { group: before.id, events: open, before, after };
      [open, before, own] = [[], after, new Set()];
    }
    open.push(event);
    after = evolve(after, event, own);
    if (event.meta.part.index + 1 < event.meta.part.of) continue;
    yield { group: before.id, events: open, before, after };
    [open, before, own] = [[], after, new Set()];
  }
  if (open.length > 0) yield { group: before.id, events: open, before, after };
}

/** True if the event is the next part of what is open. */
export function continues(open: readonly RecordedEvent[], { meta }: RecordedEvent): boolean {
  const { part, commandId } = open[0]!.meta;
  return meta.commandId === commandId && meta.part.of === part.of && meta.part.index === open.length;
}
