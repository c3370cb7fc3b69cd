import { readEvent, type RecordedEvent } from './events.js';
import { Groups } from './groups.js';
import type { GroupState } from './state.js';
import { groupOf } from './vocabulary.js';

export interface GroupListener {
  /** One event of a group was folded; `before` and `after` are the group around it. */
  changed(event: RecordedEvent, before: GroupState, after: GroupState): void;
}

/** Reads the log's group events into {@link Groups} and tells listeners, in their fixed order, about each one. */
export class GroupLog {
  readonly groups = new Groups();
  private readonly listeners: GroupListener[] = [];

  listen(listener: GroupListener): void {
    this.listeners.push(listener);
  }

  /** Throws UnreadableEvent on an event that it does not know: nobody may decide or show past it. */
  apply(stored: Parameters<typeof readEvent>[1]): void {
    const group = groupOf(stored.stream);
    if (group === null) return;
    const event = readEvent(group, stored);
    const { before, after } = this.groups.apply(event);
    for (const listener of this.listeners) listener.changed(event, before, after);
  }
}
