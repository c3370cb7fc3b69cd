import type { Append } from './append.js';
import type { SealedPast } from '@conclave/contract';
import { readEvent, tornEvent, type RecordedEvent } from '../model/events.js';
import { Groups } from './groups.js';
import type { GroupState } from '../model/state.js';
import { groupOf, type Id } from '../model/vocabulary.js';

/** Stands in a store for an event that a copied log had sealed already, where versions must begin at 1. */
export const PLACE_HOLDER = 'Sealed';

/** An append as the store has it. */
interface Stored {
  stream: string;
  events: readonly Parameters<typeof readEvent>[1][];
  torn?: { problem: string };
}

export interface GroupListener {
  /** A group is read from behind what is sealed: nothing is known of what was before but this. */
  begun?(past: SealedPast): void;
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
  /** Up to which version a group was sealed where it was begun. */
  private readonly begun = new Map<Id, number>();

  /** `store`: what it calls a stream; `problem` is told of each group that is given up. */
  constructor(
    private readonly store: { nameOf(stream: string): string } = { nameOf: (stream) => stream },
    private readonly problem: (message: string) => void = () => undefined,
  ) {}

  listen(listener: GroupListener): void {
    this.listeners.push(listener);
  }

  /** True if events of this group are missing before this one: they are sealed, or the log has lost them. */
  isBeyond({ stream, version, type, meta }: Stored['events'][number]): boolean {
    const group = groupOf(stream);
    if (group === null || type === PLACE_HOLDER || this.groups.problemOf(group) !== null) return false;
    const { index = 0 } = (meta as { part?: { index?: number } } | null)?.part ?? {};
    return version > (this.groups.get(group)?.version ?? 0) + 1 + index;
  }

  /** Goes on behind what is sealed. */
  begin(past: SealedPast): void {
    const { id } = past.state;
    this.groups.begin(past);
    this.begun.set(id, past.upTo);
    for (const listener of this.listeners) listener.begun?.(past);
  }

  /** A group is given up at what cannot be read: nobody may decide or show past it. The others go on. */
  apply({ stream, events, torn }: Stored): void {
    const group = groupOf(stream);
    if (group === null || this.groups.problemOf(group) !== null || this.isSealed(group, events)) return;
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

  /** Left over of what is sealed: a store may let go of it in its own time. */
  private isSealed(group: Id, events: Stored['events']): boolean {
    if (events.at(-1)!.version <= (this.begun.get(group) ?? 0)) return true;
    return events[0]!.type === PLACE_HOLDER && !this.groups.get(group);
  }

  private giveUp(group: Id, { message }: Error): void {
    const last = this.groups.get(group);
    this.groups.giveUp(group, message);
    for (const listener of this.listeners) listener.givenUp?.(group, last);
    this.problem(`group "${group}" is unusable: ${message}`);
  }
}
