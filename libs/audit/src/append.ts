import { addToTenures, evolve, type GroupState, type RecordedEvent, type Tenure } from '@conclave/election';

/** What one command wrote, with the group around it. */
export interface Append {
  readonly events: readonly RecordedEvent[];
  readonly before: GroupState;
  readonly after: GroupState;
}

/** Puts events of one group, in order, together into appends. `start`: the group before the first of them. */
export async function* appendsOf(events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>, start: GroupState): AsyncGenerator<Append> {
  let open: RecordedEvent[] = [];
  let before = start;
  let after = start;
  for await (const event of events) {
    if (open.length > 0 && open[0]!.meta.commandId !== event.meta.commandId) {
      yield { events: open, before, after };
      open = [];
      before = after;
    }
    open.push(event);
    after = evolve(after, event);
  }
  if (open.length > 0) yield { events: open, before, after };
}

/** Takes the terms that one append opened and closed into those before it. */
export function addAppendToTenures(tenures: Tenure[], events: readonly RecordedEvent[], before: GroupState): void {
  let state = before;
  for (const event of events) {
    addToTenures(tenures, event, state);
    state = evolve(state, event);
  }
}
