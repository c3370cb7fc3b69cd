import type { ProcessId } from '@conclave/election';
import { ByName, type NamedAs } from '../hearing/by-name.js';
import type { Names, RecordedBeat } from './names.js';
import type { DataOf, Named } from './records.js';
import type { Sign } from './signs.js';

/**
 * How long a name stands for its number before it is said again, at the least; twice that at the most. Who reads the log from
 * a point on then knows all of them soon, and records may expire: it must be well under {@link KEEP_MS}.
 */
const SAID_AGAIN_MS = 3_600_000;
/** So many are given other numbers all at once, which takes 10 µs each; of more, each is said again at a time of its own. */
const NO_CROWD = 10_000;
/** Spreads any run of numbers evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Gives numbers to those whom this server hears, see {@link Names}. Pure; every call takes the monotonic
 * time.
 */
export class Naming {
  private generation = 0;
  private checkedMs = 0;
  /** Names that came back since, also such as were said again. */
  private said = 0;
  /** When the name of each number is said again. */
  private dueMs: number[] = [0];
  /** Names that have not come back. */
  private given = new ByName<Named>();
  private last = 0;
  readonly writer: string;

  /**
   * `life`: a uuid that no other process ever had, not even an earlier life of the same server: its numbers
   * start anew.
   */
  constructor(
    life: string,
    private readonly names: Names,
    private readonly noCrowd = NO_CROWD,
  ) {
    this.writer = shortOf(life);
  }

  isOwn({ i }: DataOf<'BeatsObserved'>): boolean {
    return i === this.writer;
  }

  record(
    beats: readonly RecordedBeat[],
    opened: readonly ProcessId[],
    revision: number,
    nowMs: number,
    signs: readonly Sign[] = [],
  ): DataOf<'BeatsObserved'> {
    this.check(nowMs);
    const introduced = new Set<Named>();
    const nameOf = (about: NamedAs, sequence: number): Named => {
      const known = this.names.nameOf(this.writer, this.generation, about);
      const name = known ?? this.give(about, sequence);
      if (!known || nowMs >= this.dueMs[name[0]]!) introduced.add(name);
      return name;
    };
    const b: DataOf<'BeatsObserved'>['b'] = [];
    const say = (number: number, above: number, unanswered: number, isDraining = false): void => {
      if (unanswered === 1 && !isDraining) b.push(number, above);
      else b.push([number, above, unanswered, isDraining ? 1 : 0]);
    };
    for (const beat of beats) {
      const name = nameOf(beat, beat.sequence);
      say(name[0], beat.sequence - name[5], beat.sequence - beat.acked, beat.draining);
    }
    const known = this.names.namedBy(this.writer, this.generation);
    for (const { about, process: life, sequence, unanswered } of signs) {
      const isKnown = known !== undefined && life.namedBy === known && nowMs < this.dueMs[life.nameNumber]!;
      const name = isKnown ? null : nameOf(standbyOf(about), sequence);
      const [number, base] = name ? [name[0], name[5]] : [life.nameNumber, life.nameBase];
      say(number, sequence - base, unanswered);
    }
    const s = opened.map((about) => nameOf(standbyOf(about), 1)[0]);
    // in the order in which they are written (RFC 8785)
    return {
      b,
      g: this.generation,
      h: revision,
      i: this.writer,
      ...(introduced.size > 0 && { n: [...introduced] }),
      ...(s.length > 0 && { s }),
    };
  }

  /** Numbers are given anew where that costs little, or frees much: of who is still there half the names are said in an hour. */
  private check(nowMs: number): void {
    if (this.generation > 0 && nowMs - this.checkedMs < SAID_AGAIN_MS) return;
    if (this.last <= this.noCrowd || this.said * 4 < this.last) {
      this.generation++;
      this.given = new ByName();
      this.last = 0;
      this.dueMs = [0];
    }
    this.checkedMs = nowMs;
    this.said = 0;
  }

  /** The same one again until it has come back. */
  private give(about: NamedAs, sequence: number): Named {
    const before = this.given.get(about);
    if (before) return before;
    const { group, runner, incarnation, term } = about;
    const name: Named = [++this.last, group, runner, incarnation, term, sequence - 1];
    this.given.set(about, name);
    return name;
  }

  /** A record of this server was read back. */
  cameBack({ g, n = [] }: DataOf<'BeatsObserved'>, nowMs: number): void {
    if (g !== this.generation) return;
    this.said += n.length;
    for (const [number, group, runner, incarnation, term] of n) {
      this.given.delete({ group, runner, incarnation, term });
      this.dueMs[number] = nowMs + SAID_AGAIN_MS * (1 + ((number * GOLDEN) % 1));
    }
  }
}

const standbyOf = ({ group, runner, incarnation }: ProcessId): NamedAs => ({
  group,
  runner,
  incarnation,
  term: null,
});
const shortOf = (uuid: string): string => Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
