import type { Id, ProcessId } from '@conclave/election';
import { Numbered } from './numbered.js';
import type { Timed } from './wheel.js';

/** What was dictated to a runner when it was last heard. */
export interface Dictated {
  /** Silence up to here is none: the lease. */
  limitMs: number;
  heartbeatMs: number;
}
/** When its silence began, of an active runner. */
export interface Heard extends Dictated, Timed {
  about: ProcessId;
  /** Numbers, here and below, none of them null, and no {@link Moment}: they are written in place, 200,000 times a second. */
  atMs: number;
  atHearingMs: number;
}

/** The last beat of a process that stands in `P`. */
export interface LastBeat {
  /** Its place there. */
  revision: number;
  sequence: number;
  /** When this server read it there: after it was sent, whoever heard it. */
  readAtMs: number;
  readAtHearingMs: number;
  /** How often what was read had been doubted then (last-beats.ts). */
  doubts: number;
}

/** Of something that was not yet. */
export const NEVER_MS = -Infinity;

/** What is remembered of one process of a runner. */
export interface Process {
  incarnation: string;
  /** The highest sequence that this server knows of, from beats and from the log; 0: none. */
  sequence: number;
  lastBeat: LastBeat | null;
  /** When its life was last noted for other servers, monotonic. */
  notedMs: number;
  /** What short beats say in its place. */
  number: number | null;
  /** Its sign of life that waits to be written down (records/signs.ts); null: none does. */
  signOf: ProcessId | null;
  signSequence: number;
  signUnanswered: number;
  signHeardMs: number;
  signStaleMs: number;
  /** Whose records say a number in its place while it holds no term, from which base its sequences are counted there (names.ts). */
  namedBy: object | null;
  nameNumber: number;
  nameBase: number;
  /** The roll does not know it any more. */
  isForgotten: boolean;
  /** The one before it, while something is remembered of that. */
  before: Process | null;
}

/** What is remembered of a runner: one place for all of it, as each beat asks for most. */
export interface Member {
  /** When it was last heard, on any server, ms in the time of its group. */
  seenMs: number;
  heard: Heard | null;
  /** The newest one; each leads to the one before, which is remembered while it holds the term. */
  process: Process | null;
}

/** Everybody of whom something is remembered, by group and runner; plain data. */
export class Roll {
  private readonly groups = new Map<Id, Map<Id, Member>>();
  /** Whom short beats mean (answers/short-beats.ts). */
  readonly numbered = new Numbered<unknown>();

  find(group: Id, runner: Id): Member | undefined {
    return this.groups.get(group)?.get(runner);
  }

  /** The same; from now on there is somebody. */
  enter(group: Id, runner: Id): Member {
    let members = this.groups.get(group);
    if (!members) this.groups.set(group, (members = new Map<Id, Member>()));
    let member = members.get(runner);
    if (!member) members.set(runner, (member = { seenMs: NEVER_MS, heard: null, process: null }));
    return member;
  }

  processOf({ group, runner, incarnation }: ProcessId): Process | undefined {
    return among(this.find(group, runner)?.process ?? null, incarnation) ?? undefined;
  }

  enterProcess({ group, runner, incarnation }: ProcessId, member = this.enter(group, runner)): Process {
    const known = among(member.process, incarnation);
    if (!known) {
      return (member.process = newProcess(incarnation, member.process));
    }
    known.incarnation = incarnation; // the caller's own: the very same text is equal at a glance the next time
    return known;
  }

  /** A process is gone: its next life starts from nothing. `isGone`: its runner, too, is no member any more. */
  forget({ group, runner, incarnation }: ProcessId, isGone: boolean): void {
    const member = this.find(group, runner);
    if (!member) return;
    const { number = null } = among(member.process, incarnation) ?? {};
    if (number !== null) this.numbered.drop(number);
    member.process = without(member.process, incarnation);
    if (isGone) member.seenMs = NEVER_MS;
    this.leave(group, runner, member);
  }

  /** Its silence is not of interest any more. */
  unwatch(group: Id, runner: Id): void {
    const member = this.find(group, runner);
    if (!member) return;
    member.heard = null;
    this.leave(group, runner, member);
  }

  /** If nothing of it is remembered. */
  private leave(group: Id, runner: Id, { seenMs, heard, process }: Member): void {
    if (seenMs !== NEVER_MS || heard !== null || process !== null) return;
    const members = this.groups.get(group)!;
    members.delete(runner);
    if (members.size === 0) this.groups.delete(group);
  }

  /** Nobody of a group was seen later than `latestMs` says. */
  seenBy(latestMs: (group: Id) => number): void {
    for (const [group, members] of this.groups) {
      const mostMs = latestMs(group);
      for (const member of members.values()) member.seenMs = Math.min(member.seenMs, mostMs);
    }
  }

  get size(): number {
    let size = 0;
    for (const members of this.groups.values()) size += members.size;
    return size;
  }

  /**
   * What does not depend on this server's clock, a row each; plain data, for a snapshot. It is told while they are heard: what
   * is known of somebody may be newer than what was read.
   */
  *saved(): Generator<SavedMember> {
    for (const [group, members] of this.groups)
      for (const [runner, { seenMs, process }] of members) {
        const row: SavedMember = [group, runner, seenMs === NEVER_MS ? null : seenMs];
        for (let one = process; one; one = one.before) row.push(one.incarnation, one.sequence);
        yield row;
      }
  }

  restore(saved: Iterable<SavedMember>): void {
    for (const [group, runner, seenMs, ...processes] of saved) {
      const member = this.enter(group, runner);
      member.seenMs = seenMs ?? NEVER_MS;
      for (let at = processes.length - 2; at >= 0; at -= 2)
        this.enterProcess({ group, runner, incarnation: processes[at] as string }, member).sequence =
          processes[at + 1] as number;
    }
  }
}

/** Group, runner, when it was seen; then of each process its incarnation and sequence. */
type SavedMember = [group: Id, runner: Id, seenMs: number | null, ...processes: (string | number)[]];

const newProcess = (incarnation: string, before: Process | null): Process => ({
  incarnation,
  sequence: 0,
  lastBeat: null,
  notedMs: NEVER_MS,
  number: null,
  signOf: null,
  signSequence: 0,
  signUnanswered: 0,
  signHeardMs: NEVER_MS,
  signStaleMs: 0,
  namedBy: null,
  nameNumber: 0,
  nameBase: 0,
  isForgotten: false,
  before,
});

function among(newest: Process | null, incarnation: string): Process | null {
  for (let one = newest; one; one = one.before) if (one.incarnation === incarnation) return one;
  return null;
}

function without(newest: Process | null, incarnation: string): Process | null {
  if (!newest) return null;
  newest.before = without(newest.before, incarnation);
  if (newest.incarnation !== incarnation) return newest;
  newest.isForgotten = true;
  return newest.before;
}
