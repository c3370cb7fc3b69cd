import { processKey, type ProcessId, type ProcessKey } from '@conclave/election';
import type { Moment } from '../hearing/hearing.js';
import type { RecordedBeat } from './names.js';

export interface LastBeat {
  /** Its place in `P`. */
  revision: number;
  sequence: number;
  /** When this server read it there: after it was sent, whoever heard it. */
  readAt: Moment;
}

/** The last beat of each process that stands in `P`, by its place there: the same on every server that has read as far. */
export class LastBeats {
  private readonly last = new Map<ProcessKey, LastBeat>();
  /** Whose last beat is not known has none after this place. */
  private doubtedTo = 0;

  recorded(beat: RecordedBeat, revision: number, readAt: Moment): void {
    this.last.set(processKey(beat), { revision, sequence: beat.sequence, readAt });
  }

  of(about: ProcessId): LastBeat | undefined {
    return this.last.get(processKey(about));
  }

  /** The place in `P` after which no beat of it stands: that of its last one, if that is known. */
  silentFrom(about: ProcessId): number {
    return this.of(about)?.revision ?? this.doubtedTo;
  }

  /** One of a process that is gone, which nobody would take out again; it may come back. */
  passed(revision: number): void {
    this.doubtedTo = Math.max(this.doubtedTo, revision);
  }

  forget(about: ProcessId): void {
    this.passed(this.of(about)?.revision ?? 0);
    this.last.delete(processKey(about));
  }

  /** Something in `P` up to this place was not read: anybody's last beat may stand in it (L7). */
  doubt(revision: number): void {
    this.last.clear();
    this.passed(revision);
  }
}
