import type { Append } from './append.js';
import { readEvent, type RecordedEvent } from './events.js';
import { Groups } from './groups.js';
import { groupOf } from './vocabulary.js';

export interface GroupListener {
  /** One append of a group was folded; {@link Groups} stands after it. */
  changed(append: Append): void;
}

/** Reads the log's group events into {@link Groups} and tells listeners, in their fixed order, about each append. */
export class GroupLog {
  readonly groups = new Groups();
  private readonly listeners: GroupListener[] = [];

  listen(listener: GroupListener): void {
    this.listeners.push(listener);
  }

  /** Throws UnreadableEvent on an event that it does not know: nobody may decide or show past it. */
  apply({ stream, events }: { stream: string; events: readonly Parameters<typeof readEvent>[1][] }): void {
    const group = groupOf(stream);
    if (group === null) return;
    const append = this.groups.apply(events.map((event): RecordedEvent => readEvent(group, event)));
    for (const listener of this.listeners) listener.changed(append);
  }
}
