import type { Append } from './append.js';
import { readEvent, tornEvent, type RecordedEvent } from '../model/events.js';
import { Groups } from './groups.js';
import type { GroupState } from '../model/state.js';
import { groupOf, type Id } from '../model/vocabulary.js';

/** An append as the store has it. */
interface Stored {
  stream: string;
  events: readonly Parameters<typeof readEvent>[1][];
  torn?: { problem: string };
}

export interface GroupListener {
  /** One append of a group was folded; {@link Groups} stands after it. */
  changed(append: Append): void;
  /**
   * What stands in its stream cannot be read: nothing of the group may be acted on any more. `last`: what was
   * known of it.
   */
  givenUp?(group: Id, last: GroupState | undefined): void;
}

/**
 * Reads the log's group events into {@link Groups} and tells listeners, in their fixed order, about each
 * append.
 */
export class GroupLog {
  readonly groups = new Groups();
  private readonly listeners: GroupListener[] = [];

  /** `store`: what it calls a stream; `problem` is told of each group that is given up. */
  constructor(
    private readonly store: { nameOf(stream: string): string } = { nameOf: (stream) => stream },
    private readonly problem: (message: string) => void = () => undefined,
  ) {}

  listen(listener: GroupListener): void {
    this.listeners.push(listener);
  }

  /** A group is given up at what cannot be read: nobody may decide or show past it. The others go on. */
  apply({ stream, events, torn }: Stored): void {
    const group = groupOf(stream);
    if (group === null || this.groups.problemOf(group) !== null) return;
    let append: Append;
    try {
      const named = this.store.nameOf(stream);
      if (torn) throw tornEvent(named, events.at(-1)!, torn.problem);
      append = this.groups.apply(events.map((event): RecordedEvent => readEvent(group, event, named)));
    } catch (error) {
      this.giveUp(group, error as Error);
      return;
    }
    for (const listener of this.listeners) listener.changed(append);
  }

  private giveUp(group: Id, { message }: Error): void {
    const last = this.groups.get(group);
    this.groups.giveUp(group, message);
    for (const listener of this.listeners) listener.givenUp?.(group, last);
    this.problem(`group "${group}" is unusable: ${message}`);
  }
}
