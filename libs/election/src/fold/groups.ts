import type { Append } from './append.js';
import type { Envelope, RecordedEvent } from '../model/events.js';
import { evolve } from './evolve.js';
import type { SealedPast } from '@conclave/contract';
import { initialState, type GroupState } from '../model/state.js';
import type { Id } from '../model/vocabulary.js';
import { remember, rememberedAfter, type Remembered } from './remembered.js';
import type { Own } from './runners.js';
import { isWhole, stateOf } from './sealed.js';
import { SortedIds } from './sorted-ids.js';

/** Everything about a group that the next append needs to know. */
export interface GroupHead {
  readonly state: GroupState;
  /** Hash of the last event; 64 zeros before the first. */
  readonly hash: string;
  /** Position of the last event in the whole log. */
  readonly position: string;
  readonly commands: Remembered;
  /** Of people who are named in it: one each, so that what a person ordered stays that person's. */
  readonly salts: ReadonlyMap<string, string>;
}

export const newHead = (group: Id): GroupHead => ({
  state: initialState(group),
  hash: '0'.repeat(64),
  position: '0',
  commands: [],
  salts: new Map(),
});

/** Behind what is sealed. Commands that it remembered are in the archive, too. */
export const headAfter = ({ state, head }: SealedPast): GroupHead => ({
  ...newHead(state.id),
  state: stateOf(state),
  hash: head,
});

export function advance(head: GroupHead, event: RecordedEvent, own?: Own): GroupHead {
  if (event.version !== head.state.version + 1) {
    throw new Error(
      `group "${event.group}": event ${event.version} follows event ${head.state.version}; ` +
        'the log has a gap or repeats itself',
    );
  }
  return {
    state: evolve(head.state, event, own),
    hash: event.meta.hash,
    position: event.position,
    commands: commandsAfter(head.commands, event),
    salts: saltsAfter(head.salts, event),
  };
}

/** After several, of which nobody sees the group in between. */
export function advanceBy(head: GroupHead, events: readonly RecordedEvent[]): GroupHead {
  const own: Own = new Set();
  return events.reduce((before, event) => advance(before, event, own), head);
}

/** A seal of everything before it says whom the group still knows. */
function saltsAfter(
  known: GroupHead['salts'],
  { type, data, version, meta }: RecordedEvent,
): GroupHead['salts'] {
  const named = Object.entries(meta.salts ?? {});
  if (type === 'HistorySealed' && isWhole(data, version)) return new Map(named);
  return named.every(([person, salt]) => known.get(person) === salt) ? known : new Map([...known, ...named]);
}

/** A repeat of what is sealed could not be answered any more: it is a new command, for every server (ADR 014). */
function commandsAfter(
  known: GroupHead['commands'],
  { type, data, meta, version }: RecordedEvent,
): GroupHead['commands'] {
  const open = type === 'HistorySealed' ? rememberedAfter(known, data.upTo) : known;
  if (!isRepeatable(meta)) return open;
  const { commandId, requestHash, actor } = meta;
  return remember(open, commandId, { firstVersion: version, count: 1, requestHash, actor });
}

/** Only derived (version 5) command ids can come again; random ones need no memory. */
export const isRepeatable = ({ commandId }: Pick<Envelope, 'commandId'>): boolean => commandId[14] === '5';

export interface SavedGroups {
  heads: GroupHead[];
  unreadable: [Id, string][];
}

/** All groups, folded in the log's one order. Presence and views look at the same instance. */
export class Groups {
  private readonly heads = new Map<Id, GroupHead>();
  private readonly ids = new SortedIds();
  private readonly unreadable = new Map<Id, string>();
  private tombstones = 0;

  /**
   * Why nothing may be decided, granted or shown of a group: its stream holds what cannot be read. null: it
   * is all right.
   */
  problemOf(group: Id): string | null {
    return this.unreadable.get(group) ?? null;
  }

  /** From here on nothing is known of it but why. */
  giveUp(group: Id, problem: string): void {
    this.unreadable.set(group, problem);
    if (this.get(group)?.deleted) this.tombstones--;
    if (this.heads.delete(group)) this.ids.remove(group);
  }

  get givenUp(): ReadonlyMap<Id, string> {
    return this.unreadable;
  }

  /** A whole append at once: nobody sees the group between its events. */
  apply(events: readonly RecordedEvent[]): Append {
    const { group } = events[0]!;
    const before = this.heads.get(group) ?? newHead(group);
    const after = advanceBy(before, events);
    this.put(group, after);
    return { group, events, before: before.state, after: after.state };
  }

  /** What was before is sealed: from here on the group is folded from what stands in its place. */
  begin(past: SealedPast): void {
    this.put(past.state.id, headAfter(past));
  }

  private put(group: Id, head: GroupHead): void {
    const before = this.heads.get(group);
    if (!before) this.ids.add(group);
    this.tombstones += Number(Boolean(head.state.deleted)) - Number(Boolean(before?.state.deleted));
    this.heads.set(group, head);
  }

  head(group: Id): GroupHead | undefined {
    return this.heads.get(group);
  }

  get(group: Id): GroupState | undefined {
    return this.heads.get(group)?.state;
  }

  all(): IterableIterator<GroupHead> {
    return this.heads.values();
  }

  /** By id, behind the one that is named. */
  *after(group?: Id): Generator<GroupHead> {
    for (const id of this.ids.after(group)) {
      const head = this.heads.get(id);
      if (head) yield head;
    }
  }

  /** By id, of this moment. */
  get inOrder(): readonly Id[] {
    return this.ids.all;
  }

  /** All by id, as they are when the first is asked for; `breathe` is awaited between two. */
  async *ofNow(breathe: () => Promise<void>): AsyncGenerator<GroupHead> {
    const [heads, ids] = [[...this.heads.values()], this.inOrder];
    const byId = new Map<Id, GroupHead>();
    for (const head of heads) {
      byId.set(head.state.id, head);
      await breathe();
    }
    for (const id of ids) {
      yield byId.get(id)!;
      await breathe();
    }
  }

  get size(): number {
    return this.heads.size;
  }

  /** Without those that were deleted. */
  get living(): number {
    return this.heads.size - this.tombstones;
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): SavedGroups {
    return { heads: [...this.heads.values()], unreadable: [...this.unreadable] };
  }

  restore({ heads, unreadable }: SavedGroups): void {
    for (const head of heads) this.put(head.state.id, head);
    for (const [group, problem] of unreadable) this.unreadable.set(group, problem);
  }
}
