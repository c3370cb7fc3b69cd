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

  recorded(beat: RecordedBeat, revision: number, readAt: Moment): void {
    this.last.set(processKey(beat), { revision, sequence: beat.sequence, readAt });
  }

  of(about: ProcessId): LastBeat | undefined {
    return this.last.get(processKey(about));
  }

  forget(about: ProcessId): void {
    this.last.delete(processKey(about));
  }

  /** Something in `P` was not read: anybody's last beat may stand in it (L7). */
  doubt(): void {
    this.last.clear();
  }
}
