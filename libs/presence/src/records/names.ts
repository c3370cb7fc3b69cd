import type { Heard, ProcessId } from '@conclave/election';
import { ByName, type NamedAs } from '../hearing/by-name.js';
import type { Process } from '../hearing/roll.js';
import type { DataOf, Named } from './records.js';
import { ACTED_UPON_MS } from './retention.js';

/** A beat as it is folded. `term` null: of a standby, proves life only. */
export interface RecordedBeat extends ProcessId {
  sequence: number;
  acked: number;
  term: number | null;
  draining?: true;
}

/**
 * So many writers are remembered; of one that has written nothing for longer than all of these nothing is
 * expected.
 */
const MOST_WRITERS = 64;
/** Nor of one that is silent for so long: after an hour of deafness a server begins a new life (L6). Each start is one. */
const GONE_MS = 2 * ACTED_UPON_MS;

const NAMES_A_ROW = 16;
type SavedNames = [life: string, generation: number, named: Named[], wroteMs?: number | null];

/** Where whoever this server hears is remembered; and who is told of those that can be found by their number. */
export interface Own {
  processOf: (about: ProcessId) => Process | undefined;
  heard: (process: Process, sequence: number) => void;
}

interface Writer {
  generation: number;
  /** When it wrote last. */
  wroteMs: number;
  named: (Named | undefined)[];
  numbers: ByName<number>;
  /** Whom the roll has behind a number, while they hold no term; of this server's own. */
  lives: (Process | undefined)[];
  /** What these know it by: they may stay long after it has gone, and would keep all the names of its hour. */
  mark: object;
}

/**
 * Who is meant by the numbers in records of beats. A writer names whom it heard (group, runner, incarnation,
 * term) once and then says a number and how often it beat since: 20 leaders in under 250 bytes. Pure fold of
 * `P`; the writer itself uses a number alone only when its name has come back through its own tail, so no
 * lost write can make a record unreadable.
 */
export class Names {
  private readonly writers = new Map<string, Writer>();

  /**
   * The beats of a record in their order; null for one whose name stood in a record that this server has not
   * read. `atMs`: when it was written, by a time that goes on with the log. `own`: this server wrote it; of whom it can find by
   * number nothing else is returned.
   */
  read({ i, g, n = [], b }: DataOf<'BeatsObserved'>, atMs: number, own?: Own): (RecordedBeat | null)[] {
    const writer = this.writer(i, g);
    writer.wroteMs = atMs;
    this.forgetGone(atMs);
    const { named, lives } = writer;
    for (const name of n) this.learn(name, writer, own);
    const beats: (RecordedBeat | null)[] = [];
    for (let at = 0; at < b.length; at++) {
      const one = b[at]!;
      if (typeof one !== 'number') {
        beats.push(beatOf(named[one[0]], one[1], one[2], one[3] === 1));
        continue;
      }
      const above = Number(b[++at]);
      const life = own && lives[one];
      if (life?.namedBy === writer.mark && !life.isForgotten) own!.heard(life, life.nameBase + above);
      else beats.push(beatOf(named[one], above, 1, false));
    }
    return beats;
  }

  private learn(name: Named, writer: Writer, own: Own | undefined): void {
    const { named, numbers, lives } = writer;
    const [number, , , , term, base] = name;
    const before = named[number];
    if (before) numbers.delete(aboutIn(before));
    named[number] = name;
    const about = aboutIn(name);
    numbers.set(about, number);
    const life = term === null ? own?.processOf(about) : undefined;
    if (life || lives[number]) lives[number] = life;
    if (!life) return;
    life.namedBy = writer.mark;
    life.nameNumber = number;
    life.nameBase = base;
  }

  /** What a process has been named by whose number can be said alone. */
  namedBy(life: string, generation: number): object | undefined {
    const writer = this.writers.get(life);
    return writer?.generation === generation ? writer.mark : undefined;
  }

  /** The processes that opened their streams to the writer of a record that was {@link read}. */
  openedIn({ i, g, s = [] }: DataOf<'BeatsObserved'>): ProcessId[] {
    const { named } = this.writer(i, g);
    return s.flatMap((number) => {
      const name = named[number];
      return name ? [{ group: name[1], runner: name[2], incarnation: name[3] }] : [];
    });
  }

  private writer(life: string, generation: number): Writer {
    const known = this.writers.get(life);
    const fresh = () => ({
      generation,
      wroteMs: known?.wroteMs ?? 0,
      named: [],
      numbers: new ByName<number>(),
      lives: [],
      mark: {},
    });
    const writer = known?.generation === generation ? known : fresh();
    this.writers.delete(life); // to its place at the end
    this.writers.set(life, writer);
    if (this.writers.size > MOST_WRITERS) this.writers.delete(this.writers.keys().next().value!);
    return writer;
  }

  /** Whoever wrote last stands last. */
  private forgetGone(nowMs: number): void {
    for (const [life, { wroteMs }] of this.writers) {
      if (!(nowMs - wroteMs > GONE_MS)) return;
      this.writers.delete(life);
    }
  }

  /** The name of a beat in records of this generation, if it has been read back. */
  nameOf(life: string, generation: number, about: NamedAs): Named | undefined {
    const writer = this.writers.get(life);
    if (writer?.generation !== generation) return undefined;
    const number = writer.numbers.get(about);
    return number === undefined ? undefined : writer.named[number];
  }

  /** The numbers that mean a beat of this process, in its term or as a standby. */
  numbersOf({ group, runner, incarnation, term }: NamedAs): Heard['names'] {
    const terms = term === null ? [null] : [term, null];
    return [...this.writers].flatMap(([i, { generation: g, numbers }]) =>
      terms.flatMap((of) => {
        const number = numbers.get({ group, runner, incarnation, term: of });
        return number === undefined ? [] : [{ i, g, number, term: of }];
      }),
    );
  }

  /** Everything folded so far; plain data, for a snapshot. Names that were read meanwhile may be among it: they stay what they are. */
  saved(): Generator<SavedNames> {
    return rowsOf([...this.writers]);
  }

  /** `atMs`: when the last record before it was written; a build before said it of none of them, or not even that (Infinity). */
  restore(saved: Iterable<SavedNames>, atMs: number): void {
    for (const [i, g, n, wroteMs] of saved) this.read({ i, g, h: 0, n, b: [] }, wroteMs ?? atMs);
  }
}

function* rowsOf(writers: [string, Writer][]): Generator<SavedNames> {
  for (const [life, { generation, named, wroteMs }] of writers)
    for (let at = 0; at === 0 || at < named.length; at += NAMES_A_ROW) {
      const some = named.slice(at, at + NAMES_A_ROW).filter((name) => name !== undefined);
      yield [life, generation, some, wroteMs];
    }
}

function beatOf(
  name: Named | undefined,
  above: number,
  unanswered: number,
  draining: boolean,
): RecordedBeat | null {
  if (!name) return null;
  const [, group, runner, incarnation, term, base] = name;
  const sequence = base + above;
  return {
    group,
    runner,
    incarnation,
    sequence,
    acked: sequence - unanswered,
    term,
    ...(draining && { draining }),
  };
}

const aboutIn = ([, group, runner, incarnation, term]: Named): NamedAs => ({
  group,
  runner,
  incarnation,
  term,
});
