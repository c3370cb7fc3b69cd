import { comparePositions } from '@conclave/event-store';
import {
  appendsOf,
  evolve,
  initialState,
  stateOf,
  positionOf,
  type Append,
  type GroupHead,
  type GroupListener,
  type GroupState,
  type Id,
  type Own,
  type RecordedEvent,
  type SealedPast,
} from '@conclave/election';
import { GroupIndex, isDecision, type Checkpoint } from './group-index.js';

/** Events of a group from a version on, in order. */
export type ReadHistory = (group: Id, from: number) => AsyncIterable<RecordedEvent>;

/** A group at one moment of its history. */
export interface Moment {
  state: GroupState;
  position: string;
  /** The last event up to then that opened or closed a term. */
  decidedBy: RecordedEvent | null;
}

/** What is before a history that whoever reads it does not have, because that is in archives. */
export interface Sealed {
  /** Up to which version; 0: nothing is. */
  to(group: Id): number;
  /** What stands in its place; null: nothing is. */
  pastOf(group: Id): Promise<SealedPast | null>;
}
const NOTHING: Sealed = { to: () => 0, pastOf: async () => null };

const startOf = (group: Id, past: SealedPast | null): Checkpoint => ({
  version: past?.upTo ?? 0,
  state: past ? stateOf(past.state) : initialState(group),
  position: '0',
  decided: 0,
});

/**
 * Where in the log each instant of each group is. It grows with the live log; what was before this server
 * began to read (a snapshot) is indexed when it is first asked for, or by {@link warm}.
 */
export class HistoryIndex implements GroupListener {
  private readonly indexes = new Map<Id, GroupIndex>();
  private readonly building = new Map<Id, Promise<void>>();
  private readonly positions = new Map<Id, string>();

  constructor(
    private readonly read: ReadHistory,
    private readonly headOf: (group: Id) => GroupHead | undefined,
    private readonly sealed: Sealed = NOTHING,
  ) {}

  /** A group is read from behind what is sealed. */
  begun({ state: { id } }: SealedPast): void {
    this.indexes.delete(id);
  }

  changed(append: Append): void {
    const { group, before, after } = append;
    if (after.deleted) return this.forget(group);
    // what is sealed is no part of it any more: it is indexed anew when it is asked for
    if (this.sealed.to(group) > (this.indexes.get(group)?.base ?? 0)) this.indexes.delete(group);
    let index = this.indexes.get(group);
    if (!index)
      this.indexes.set(
        group,
        (index = new GroupIndex({ version: before.version, state: before, position: '', decided: 0 })),
      );
    index.add(append, this.positions.get(group) ?? '');
    this.positions.set(group, positionOf(append));
  }

  /** Hardly anybody asks for the past of a group that is no more, and it would be kept for ever. */
  private forget(group: Id): void {
    this.indexes.delete(group);
    this.positions.delete(group);
  }

  /** The whole index of a group that exists. Rejects with what reading the store rejects with. */
  async of(group: Id): Promise<GroupIndex> {
    const known = this.indexes.get(group);
    if (known && this.isWhole(group)) return known;
    let building = this.building.get(group);
    if (!building) {
      building = this.build(group).finally(() => this.building.delete(group));
      this.building.set(group, building);
    }
    await building;
    return this.indexes.get(group) ?? this.of(group); // it was deleted, or sealed, in just that moment
  }

  private isWhole(group: Id): boolean {
    return (this.indexes.get(group)?.base ?? Infinity) <= this.sealed.to(group);
  }

  private async build(group: Id): Promise<void> {
    if (!this.indexes.has(group)) {
      const { state, position } = this.headOf(group)!;
      this.indexes.set(group, new GroupIndex({ version: state.version, state, position, decided: 0 }));
      this.positions.set(group, position);
    }
    const { base } = this.indexes.get(group)!; // what comes from now on is indexed as it comes
    const start = startOf(group, await this.sealed.pastOf(group));
    const older = new GroupIndex(start);
    let { state, position } = start;
    for await (const append of appendsOf(this.read(group, start.version + 1), state)) {
      if (append.after.version > base) break;
      older.add(append, position);
      position = positionOf(append);
      state = append.after;
    }
    if (older.version !== base && this.indexes.get(group)?.base === base)
      throw new Error(
        `group "${group}" has ${older.version} events before version ${base + 1}; the log has lost some`,
      );
    const live = this.indexes.get(group);
    if (live?.base !== base) return this.build(group); // it was sealed meanwhile
    this.indexes.set(group, older.followedBy(live));
  }

  /**
   * The group after `version` events, 1 to its last; a version within an append means the end of that append.
   */
  async momentAt(group: Id, version: number): Promise<Moment> {
    const { decided, ...moment } = await this.walkTo(group, version);
    if (moment.decidedBy || decided === 0) return moment;
    return { ...moment, decidedBy: await this.eventAt(group, decided) };
  }

  /** Its state alone: one read less. */
  async stateAt(group: Id, version: number): Promise<GroupState> {
    return (await this.walkTo(group, version)).state;
  }

  /** From the last state that is kept. `decidedBy`: on the way; `decided`: the version of the one before it, 0 if there is none. */
  private async walkTo(group: Id, version: number): Promise<Moment & { decided: number }> {
    const index = await this.of(group);
    let { state, position, decided } = index.checkpointBefore(version);
    let decidedBy: RecordedEvent | null = null;
    const own: Own = new Set();
    if (state.version < version) {
      for await (const event of this.read(group, state.version + 1)) {
        state = evolve(state, event, own);
        ({ position } = event);
        if (isDecision(event)) decidedBy = event;
        if (event.version >= version && event.meta.part.index + 1 === event.meta.part.of) break;
      }
    }
    return { state, position, decidedBy, decided };
  }

  /** Whole appends from the one on that holds this version, or a little earlier. */
  async *appendsFrom(group: Id, version: number): AsyncGenerator<Append> {
    const checkpoint = (await this.of(group)).checkpointBefore(Math.max(0, version - 1));
    yield* appendsOf(this.read(group, checkpoint.version + 1), checkpoint.state);
  }

  /** The append that holds this version. */
  async appendAt(group: Id, version: number): Promise<Append | null> {
    for await (const append of this.appendsFrom(group, version))
      if (append.after.version >= version) return append;
    return null;
  }

  /** Whole appends after a position of the log; an id within an append means its end. Reads little more than them. */
  async *appendsAfter(group: Id, position: string): AsyncGenerator<Append> {
    const checkpoint = (await this.of(group)).checkpointAt(position);
    for await (const append of appendsOf(this.read(group, checkpoint.version + 1), checkpoint.state))
      if (comparePositions(append.events[0]!.position, position) > 0) yield append;
  }

  private async eventAt(group: Id, version: number): Promise<RecordedEvent | null> {
    for await (const event of this.read(group, version)) return event;
    return null;
  }

  /** Indexes groups one after the other, those that are not; `rest` is awaited between two. */
  async warm(groups: AsyncIterable<Id>, rest: () => Promise<void>): Promise<void> {
    for await (const group of groups) {
      if (this.isWhole(group)) continue;
      await this.of(group).catch(() => undefined); // the store is away: whoever asks will try again
      await rest();
    }
  }
}
