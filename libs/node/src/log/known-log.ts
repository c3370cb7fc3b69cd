import { groupOf, type GroupHead, type Groups, type Id } from '@conclave/election';
import type { Anchor, Consumer, EventStore, StoredAppend } from '@conclave/event-store';
import type { KeptKeys } from '../keys/published-keys.js';
import type { Acceptance, LogMarks } from './marks.js';
import { knownElsewhere, MarksFile } from './marks-file.js';
import { ToldByOthers } from './told-by-others.js';
import {
  leaseIn,
  learn,
  markOf,
  marksOf,
  nothingKnown,
  raiseMark,
  readMarks,
  withKept,
  type Mark,
} from './marks.js';
import {
  differencesDigest,
  differencesOf,
  isSettledIn,
  whyAnother,
  withTold,
  type Difference,
} from './differences.js';

/**
 * Knows the log again (G1, G2). A log that was restored from a backup has lost terms that runners have led
 * in: whoever went on with it would give them a second time. Marks of every group are kept beside the store;
 * a log that has less, or something else in its place, is not acted on until an operator accepts it as it is.
 * One consumer behind the groups.
 */
export class KnownLog implements Consumer {
  private marks: LogMarks = nothingKnown();
  readonly forked = new Set<Id>(); // the log has another event at a version that was known
  forkedElsewhere = new Set<Id>(); // the same, as another server knew it (told-marks.ts)
  private isLive = false;
  /** It was live, and the log is another one: until this server has closed nothing that is read is what is known. */
  private isLeft = false;
  private lastAt: string | null = null;
  private readonly file: MarksFile;
  readonly others: ToldByOthers;

  /** `path`: null if nothing is kept, for a store that ends with the process. */
  constructor(
    path: string | null,
    private readonly groups: Groups,
    private readonly live: { anchors: () => Anchor[]; keys: () => KeptKeys; told: () => Map<Id, Mark> },
    private readonly problem: (message: string) => void,
  ) {
    this.file = new MarksFile(path, problem);
    this.others = new ToldByOthers(() => live.told());
  }

  /** Reads what was known at the last stop. Throws StoreUnusable. */
  load(): void {
    const { path } = this.file;
    this.marks = (path && readMarks(path)) || this.marks;
    this.others.remember(this.marks.told);
  }

  /** A store has perhaps a new name: takes what is known of this log under another. Rejects with a StoreError. */
  async recall(store: Pick<EventStore, 'read'>): Promise<void> {
    const { path } = this.file;
    if (path) Object.assign(this.marks, await knownElsewhere(path, store, this.marks.groups, this.problem));
  }

  /** What a snapshot knows. */
  remember(heads: readonly GroupHead[]): void {
    for (const head of heads) learn(this.marks.groups, head.state.id, markOf(head, 0));
  }

  /** Of each group; anchors, acceptance, and keys of certificates that were signed before the log was lost. */
  get kept(): Readonly<LogMarks> {
    return this.marks;
  }

  apply({ stream, events }: StoredAppend): void {
    const group = groupOf(stream);
    if (this.isLive) {
      this.lastAt = (events.at(-1)!.meta as { at?: string }).at ?? this.lastAt;
      this.file.pace.note(group === null);
      if (group !== null) this.note(group, events);
      return;
    }
    const mark = group === null ? undefined : this.marks.groups.get(group);
    if (!mark?.hash) return;
    const known = events.find(({ version }) => version === mark.version);
    if (known && (known.meta as { hash?: string }).hash !== mark.hash) this.forked.add(group!);
  }

  private note(group: Id, events: StoredAppend['events']): void {
    const head = this.groups.head(group);
    if (!head) return; // given up: what was known of it stays known
    const before = this.marks.groups.get(group);
    const mark = markOf(head, leaseIn(events, before));
    this.marks.groups.set(group, mark);
    if (mark.term !== before?.term || mark.leaseMs > before.leaseMs) this.file.noteAtOnce(group, mark);
  }

  /** From now on what is read is what is known. */
  caughtUp(): void {
    if (this.isLive || this.isLeft) return;
    this.isLive = true;
    for (const forked of [this.forked, this.forkedElsewhere]) forked.clear();
    this.marks = { ...nothingKnown(), groups: marksOf(this.groups, this.marks.groups) };
    this.others.remember();
    this.file.pace.note(false); // with the next tick, in pieces: until then what was known before stays, and is not less
  }

  /** What is known here and, until this server works, what others said in the log that they knew (G1). */
  get all(): LogMarks['groups'] {
    return this.isLive ? this.marks.groups : withTold(this.marks.groups, this.others.all, this.groups);
  }

  /** Groups that differ and that no operator has accepted since, on any server. */
  differences(): Difference[] {
    return differencesOf(this.all, this.groups, [this.forked, this.forkedElsewhere]);
  }

  /** True if nothing speaks against it that this is the log it was. */
  isSame(differences = this.differences()): boolean {
    const { broken, groups } = this.marks;
    if (differences.length > 0) return false;
    return broken === null || ((groups.size > 0 || !this.others.isEmpty) && this.areAllSettled());
  }

  isAllAccepted(): boolean {
    return this.differences().length === 0 && this.areAllSettled();
  }

  private areAllSettled(): boolean {
    return [...this.all].every(([group, mark]) => isSettledIn(this.groups, group, mark));
  }

  /** It was deleted for good, or its stream by hand: nobody can ever give a term in it again. */
  forget(group: Id): void {
    this.others.forget(group);
    this.marks.groups.delete(group);
    this.save();
  }

  /** Names what is different: an acceptance is of just this. */
  digest(differences = this.differences()): string {
    return differencesDigest(this.marks.broken, differences);
  }

  /** In words, null if it is the log that it was. */
  why(differences = this.differences()): string | null {
    return this.isSame(differences) ? null : whyAnother(this.marks.broken, differences);
  }

  /** The log was seen to be another one while this server ran. */
  break(how: string): void {
    const { path } = this.file;
    const groups = path ? withKept(this.marks.groups, path) : this.marks.groups;
    const liveUntil = this.isLive ? this.lastAt : this.marks.liveUntil;
    this.marks = { ...this.current(), groups, broken: how, liveUntil };
    this.isLeft ||= this.isLive;
    this.isLive = false;
    this.save();
  }

  /** True if it is another log for sure: a snapshot of the old one is of no use. */
  get isBroken(): boolean {
    return this.marks.broken !== null;
  }

  /** Where the anchors were looked for in the log; null: all stand where they stood. */
  checked(moved: string | null): void {
    this.marks.broken ??= moved;
  }

  /** A certificate proves that a term was led in, of which the log does not know. */
  prove({ group, ...proven }: { group: Id; term: number; leaseMs: number }, why: string): void {
    this.marks.groups.set(group, raiseMark(this.marks.groups.get(group), proven));
    this.break(why);
  }

  /** Throws if it cannot be kept: an acceptance is not lost once it is acknowledged. */
  accept(acceptance: Acceptance | null): void {
    const marks = { ...this.current(), accepted: acceptance };
    this.save(marks);
    this.marks = marks; // not before it is kept
  }

  /** Call a few times a second; at a stop with `isLast`. */
  tick(nowMs: number, isLast = false): void {
    if (this.isLive) this.file.tick(nowMs, isLast, () => this.current());
  }

  private save(marks = this.current()): void {
    this.file.saveNow(marks);
  }

  private current(): LogMarks {
    if (!this.isLive) return { ...this.marks, told: this.others.all };
    return { ...this.marks, anchors: this.live.anchors(), ...this.live.keys() };
  }
}
