import type { Process } from '../hearing/roll.js';
import { processKey, type Heard, type ProcessId } from '@conclave/election';
import type { DataOf, Named } from './records.js';
import { ACTED_UPON_MS } from './retention.js';

/** A beat as it is folded. `term` null: of a standby, proves life only. */
export interface RecordedBeat extends ProcessId {
  sequence: number;
  acked: number;
  term: number | null;
  draining?: true;
}

/** A process in a term; null: as a standby. */
export type NamedAs = ProcessId & { term: number | null };
export const nameKeyOf = (about: NamedAs): string => `${processKey(about)}/${about.term}`;

/**
 * So many writers are remembered; of one that has written nothing for longer than all of these nothing is
 * expected.
 */
const MOST_WRITERS = 64;
/** Nor of one that is silent for so long: after an hour of deafness a server begins a new life (L6). Each start is one. */
const GONE_MS = 2 * ACTED_UPON_MS;

interface Writer {
  generation: number;
  /** When it wrote last. */
  wroteMs: number;
  named: Map<number, Named>;
  numbers: Map<string, number>;
  /** Whom the roll has behind a number, while they hold no term; of this server's own. */
  lives: (Process | undefined)[];
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
   * read. `atMs`: when it was written, by a time that goes on with the log. Those who {@link cameBack} are only passed to
   * `lives`, if it is there.
   */
  read(
    { i, g, n = [], b }: DataOf<'BeatsObserved'>,
    atMs: number,
    lives?: (process: Process, sequence: number) => void,
  ): (RecordedBeat | null)[] {
    const writer = this.writer(i, g);
    writer.wroteMs = atMs;
    this.forgetGone(atMs);
    const { named, numbers } = writer;
    for (const name of n) {
      const before = named.get(name[0]);
      if (before) numbers.delete(keyOf(before));
      named.set(name[0], name);
      numbers.set(keyOf(name), name[0]);
      if (writer.lives[name[0]]) writer.lives[name[0]] = undefined;
    }
    const beats: (RecordedBeat | null)[] = [];
    for (let at = 0; at < b.length; at++) {
      const one = b[at]!;
      if (typeof one !== 'number') {
        beats.push(beatOf(named.get(one[0]), one[1], one[2], one[3] === 1));
        continue;
      }
      const above = Number(b[++at]);
      const life = lives && writer.lives[one];
      if (life?.namedBy === writer && !life.isForgotten) lives!(life, life.nameBase + above);
      else beats.push(beatOf(named.get(one), above, 1, false));
    }
    return beats;
  }

  /** Numbers that this server gave have been read back: from now on each is found from its process, and that from it. */
  cameBack(
    { i, n = [] }: DataOf<'BeatsObserved'>,
    processOf: (about: ProcessId) => Process | undefined,
  ): void {
    const writer = this.writers.get(i)!;
    for (const [number, group, runner, incarnation, term, base] of n) {
      const life = term === null ? processOf({ group, runner, incarnation }) : undefined;
      if (!life) continue;
      writer.lives[number] = life;
      life.namedBy = writer;
      life.nameNumber = number;
      life.nameBase = base;
    }
  }

  /** What a process has been named by whose number can be said alone. */
  namedBy(life: string, generation: number): object | undefined {
    const writer = this.writers.get(life);
    return writer?.generation === generation ? writer : undefined;
  }

  /** The processes that opened their streams to the writer of a record that was {@link read}. */
  openedIn({ i, g, s = [] }: DataOf<'BeatsObserved'>): ProcessId[] {
    const { named } = this.writer(i, g);
    return s.flatMap((number) => {
      const name = named.get(number);
      return name ? [{ group: name[1], runner: name[2], incarnation: name[3] }] : [];
    });
  }

  private writer(life: string, generation: number): Writer {
    const known = this.writers.get(life);
    const fresh = () => ({
      generation,
      wroteMs: known?.wroteMs ?? 0,
      named: new Map<number, Named>(),
      numbers: new Map<string, number>(),
      lives: [],
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
  nameOf(life: string, generation: number, key: string): Named | undefined {
    const writer = this.writers.get(life);
    if (writer?.generation !== generation) return undefined;
    const number = writer.numbers.get(key);
    return number === undefined ? undefined : writer.named.get(number);
  }

  /** The numbers that mean a beat of this process, in its term or as a standby. */
  numbersOf({ group, runner, incarnation, term }: ProcessId & { term: number | null }): Heard['names'] {
    const terms = term === null ? [null] : [term, null];
    return [...this.writers].flatMap(([i, { generation: g, numbers }]) =>
      terms.flatMap((of) => {
        const number = numbers.get(nameKeyOf({ group, runner, incarnation, term: of }));
        return number === undefined ? [] : [{ i, g, number, term: of }];
      }),
    );
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): [life: string, generation: number, named: Named[], wroteMs?: number | null][] {
    return [...this.writers].map(([life, { generation, named, wroteMs }]) => [
      life,
      generation,
      [...named.values()],
      wroteMs,
    ]);
  }

  /** `atMs`: when the last record before it was written; a build before said it of none of them, or not even that (Infinity). */
  restore(saved: ReturnType<Names['saved']>, atMs: number): void {
    for (const [i, g, n, wroteMs] of saved) this.read({ i, g, h: 0, n, b: [] }, wroteMs ?? atMs);
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

const keyOf = ([, group, runner, incarnation, term]: Named): string =>
  nameKeyOf({ group, runner, incarnation, term });
