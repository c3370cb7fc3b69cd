import type { ProcessId } from '@conclave/election';
import type { Moment } from '../hearing/hearing.js';
import { Roll, type LastBeat, type Process } from '../hearing/roll.js';
import type { RecordedBeat } from './names.js';

/** The last beat of each process that stands in `P`, by its place there: the same on every server that has read as far. */
export class LastBeats {
  /** Whose last beat is not known has none after this place. */
  private doubtedTo = 0;
  /** What was read before the last doubt is not known any more. */
  private doubts = 0;

  constructor(private readonly roll = new Roll()) {}

  /** `process`: of the roll, if it was looked up. */
  recorded(
    beat: RecordedBeat,
    revision: number,
    readAt: Moment,
    process = this.roll.enterProcess(beat),
  ): void {
    this.recordedOf(process, beat.sequence, revision, readAt);
  }

  recordedOf(process: Process, sequence: number, revision: number, readAt: Moment): void {
    const { doubts } = this;
    const last = process.lastBeat;
    if (!last) {
      const { nowMs: readAtMs, hearingMs: readAtHearingMs } = readAt;
      process.lastBeat = { revision, sequence, readAtMs, readAtHearingMs, doubts };
      return;
    }
    last.revision = revision;
    last.sequence = sequence;
    last.readAtMs = readAt.nowMs;
    last.readAtHearingMs = readAt.hearingMs;
    last.doubts = doubts;
  }

  of(about: ProcessId): LastBeat | undefined {
    return this.known(this.roll.processOf(about));
  }

  private known(process: Process | undefined): LastBeat | undefined {
    return process?.lastBeat?.doubts === this.doubts ? process.lastBeat : undefined;
  }

  /** The place in `P` after which no beat of it stands: that of its last one, if that is known. */
  silentFrom(about: ProcessId): number {
    return this.of(about)?.revision ?? this.doubtedTo;
  }

  /** One of a process that is gone, which nobody would take out again; it may come back. */
  passed(revision: number): void {
    this.doubtedTo = Math.max(this.doubtedTo, revision);
  }

  /** Before the roll does. */
  forget(about: ProcessId): void {
    const process = this.roll.processOf(about);
    this.passed(this.known(process)?.revision ?? 0);
    if (process) process.lastBeat = null;
  }

  /** Something in `P` up to this place was not read: anybody's last beat may stand in it (L7). */
  doubt(revision: number): void {
    this.doubts++;
    this.passed(revision);
  }
}
