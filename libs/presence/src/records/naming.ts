import { processKey, type ProcessId } from '@conclave/election';
import type { Names, RecordedBeat } from './names.js';
import type { DataOf, Named } from './records.js';

/**
 * How long numbers are used before all are given anew. Who reads the log from a point on then knows them all
 * soon, and records may expire: it must be well under {@link KEEP_MS}.
 */
const GENERATION_MS = 3_600_000;

/**
 * Gives numbers to those whom this server hears, see {@link Names}. Pure; every call takes the monotonic
 * time.
 */
export class Naming {
  private generation = 0;
  private beganMs = 0;
  private given = new Map<string, Named>();
  readonly writer: string;

  /**
   * `life`: a uuid that no other process ever had, not even an earlier life of the same server: its numbers
   * start anew.
   */
  constructor(
    life: string,
    private readonly names: Names,
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
  ): DataOf<'BeatsObserved'> {
    if (nowMs - this.beganMs >= GENERATION_MS || this.generation === 0) this.begin(nowMs);
    const introduced = new Set<Named>();
    const nameOf = (beat: RecordedBeat): Named => {
      const known = this.known(beat);
      const name = known ?? this.give(beat);
      if (!known) introduced.add(name);
      return name;
    };
    const b: DataOf<'BeatsObserved'>['b'] = [];
    for (const beat of beats) {
      const name = nameOf(beat);
      const above = beat.sequence - name[5];
      const unanswered = beat.sequence - beat.acked;
      if (unanswered === 1 && !beat.draining) b.push(name[0], above);
      else b.push([name[0], above, unanswered, beat.draining ? 1 : 0]);
    }
    const s = opened.map((about) => nameOf({ ...about, sequence: 1, acked: 0, term: null })[0]);
    return {
      i: this.writer,
      g: this.generation,
      h: revision,
      ...(introduced.size > 0 && { n: [...introduced] }),
      b,
      ...(s.length > 0 && { s }),
    };
  }

  private known(beat: RecordedBeat): Named | undefined {
    const { names, writer, generation } = this;
    const own = beat.process;
    const again = own?.name && names.again(writer, generation, own.name);
    if (again) return again;
    const name = names.nameOf(writer, generation, beat);
    if (own && name) own.name = name;
    return name;
  }

  private begin(nowMs: number): void {
    this.generation++;
    this.beganMs = nowMs;
    this.given = new Map();
  }

  /** The same one again until it has come back. */
  private give(beat: RecordedBeat): Named {
    const { group, runner, incarnation, term, sequence } = beat;
    const key = `${processKey(beat)}/${term}`;
    const name: Named = this.given.get(key) ?? [
      this.given.size + 1,
      group,
      runner,
      incarnation,
      term,
      sequence - 1,
    ];
    this.given.set(key, name);
    return name;
  }
}

const shortOf = (uuid: string): string => Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
