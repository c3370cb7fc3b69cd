import { eventsOf, sealedBefore } from '@conclave/coordination';
import {
  groupOf,
  isWhole,
  positionOf,
  streamOf,
  type Append,
  type Envelope,
  type GroupListener,
  type GroupLog,
  type Id,
  type SealedHistory,
} from '@conclave/election';
import type { Sealed } from '@conclave/audit';
import {
  comparePositions,
  saltsFor,
  type Consumer,
  type EventStore,
  type Position,
  type StoredEvent,
} from '@conclave/event-store';

const AGAIN_MS = 10_000;

/**
 * What is sealed in archives is no part of the log any more. Where it is gone already, groups are read from behind it; where
 * it stands still, this server lets go of it: level-triggered, so a crash between the two is nothing.
 */
export class Seals implements Consumer, GroupListener, Sealed {
  /** Up to which version each group is sealed, and may stand in the store still. */
  private readonly due = new Map<Id, number>();
  /** Of these, all before the seal is sealed; and where that stands. */
  private readonly whole = new Map<Id, Position>();
  /** Of these, what was made of the log is without it. */
  private readonly rewritten = new Set<Id>();
  /** Sealed so before this server started: it may be let go of already. */
  private readonly unsure = new Set<Id>();
  private isUnderWay = false;
  private notBeforeMs = -Infinity;
  private told = '';

  constructor(
    private readonly store: EventStore,
    private readonly log: GroupLog,
    private readonly problem: (message: string) => void,
    private readonly before: {
      /** Everybody who watches the log has seen what goes. Rejects while somebody has not. */
      seen: () => Promise<void>;
      /** What people are forgotten in may stand in what was made of the log: in files of this server, and beside the log. */
      rewrite: (sealed: Position) => Promise<void>;
    },
  ) {}

  apply(): void {
    // the groups take what is in the log
  }

  lookAhead(event: StoredEvent): Promise<void> | null {
    return this.log.isBeyond(event) ? this.seek(groupOf(event.stream)!) : null;
  }

  private async seek(group: Id): Promise<void> {
    const past = await sealedBefore(this.store, group);
    if (past && past.upTo > (this.log.groups.get(group)?.version ?? 0)) this.log.begin(past);
  }

  changed(append: Append): void {
    const { group, events } = append;
    for (const { type, data, version } of events) {
      if (type !== 'HistorySealed') continue;
      this.due.set(group, data.upTo);
      if (!isWhole(data, version)) continue;
      this.whole.set(group, positionOf(append));
      this.rewritten.delete(group);
    }
  }

  /** Also what a snapshot brought; whoever sealed it may have been killed before anything was let go of. */
  caughtUp(): void {
    for (const { state } of this.log.groups.all()) {
      if (!state.sealed) continue;
      this.due.set(state.id, state.sealed.upTo);
      if (isWhole(state.sealed, state.sealed.at)) this.unsure.add(state.id);
    }
  }

  /** Call a few times a second, while this server may decide. */
  tick(nowMs: number): void {
    const [next] = this.due.keys();
    if (next === undefined || this.isUnderWay || nowMs < this.notBeforeMs) return;
    this.isUnderWay = true;
    void this.letGo([...this.due])
      .catch((error: Error) => {
        this.notBeforeMs = nowMs + AGAIN_MS;
        const words = `sealed history of group "${next}" cannot be let go of, trying again: ${error.message}`;
        if (words !== this.told) this.problem(words);
        this.told = words;
      })
      .finally(() => (this.isUnderWay = false));
  }

  /** All that is due at once: what is seen, and written anew, is the whole log. What is sealed meanwhile is another's turn. */
  private async letGo(due: readonly [Id, number][]): Promise<void> {
    for (const [group, upTo] of due) {
      const at = this.unsure.has(group) ? await this.standing(group, upTo) : null;
      if (at !== null) this.whole.set(group, at);
      this.unsure.delete(group);
    }
    const whole = [...this.whole].filter(([group]) => due.some(([one]) => one === group));
    await this.before.seen();
    const letGo = async () => {
      for (const [group, upTo] of due) await this.store.truncate(streamOf(group), upTo + 1);
    };
    if (whole.length === 0) await letGo();
    else await this.wipe(whole, letGo);
    for (const [group, at] of whole) if (this.whole.get(group) === at) this.whole.delete(group);
    for (const [group, upTo] of due) if (this.due.get(group) === upTo) this.due.delete(group);
  }

  /** Where the seal stands, if something of what is sealed is in the store still. */
  private async standing(group: Id, upTo: number): Promise<Position | null> {
    const { sealed } = this.log.groups.get(group) ?? {};
    for await (const { version } of this.store.read(streamOf(group))) {
      if (version > upTo || !sealed) return null;
      for await (const { position } of this.store.read(streamOf(group), sealed.at)) return position;
    }
    return null;
  }

  /** Whoever was forgotten is so also in what the store and this server keep beside the log: first, as it is due only while that stands. */
  private async wipe(whole: readonly [Id, Position][], letGo: () => Promise<void>): Promise<void> {
    const todo = whole.filter(([group]) => !this.rewritten.has(group));
    const last = todo
      .map(([, at]) => at)
      .sort(comparePositions)
      .at(-1);
    if (last !== undefined) await this.before.rewrite(last);
    for (const [group] of todo) this.rewritten.add(group);
    if (!this.store.wipe) await letGo();
    else if (!(await this.store.wipe(letGo)))
      this.problem(
        'what was sealed as a whole may stand in unused parts of the database until this server starts next: ' +
          'it is written anew then, some 7 s a GB',
      );
  }

  to = (group: Id): number => this.log.groups.get(group)?.sealed?.upTo ?? 0;

  /** What stands in the log for the part of a group that is sealed; null: nothing is. Rejects with a StoreError. */
  pastOf = async (group: Id): Promise<SealedHistory | null> => (await this.sealOf(group))?.sealed ?? null;

  /** The same, with the salts of people who are named in it. */
  sealOf = async (group: Id): Promise<{ sealed: SealedHistory; salts?: Envelope['salts'] } | null> => {
    const sealed = this.log.groups.get(group)?.sealed;
    if (!sealed) return null;
    for await (const { type, data, meta } of eventsOf(this.store, group, sealed.at))
      if (type === 'HistorySealed') return { sealed: data, ...saltsNamed(data, meta) };
    return null;
  };
}

/** Of the event's, those of people who stand in what it says; who sealed it is not among them. */
const saltsNamed = (data: SealedHistory, { salts }: Envelope): { salts?: Envelope['salts'] } =>
  saltsFor({ type: 'HistorySealed', data, meta: {} }, (person) => salts![person]!);
