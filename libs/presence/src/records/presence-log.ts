import { PRESENCE_STREAM, type ProcessId } from '@conclave/election';
import { Retention, type EventStore } from '@conclave/event-store';
import { isoOf, randomUuid, type Clock } from '@conclave/kernel';
import type { Hearing } from '../hearing/hearing.js';
import type { RecordedBeat } from './names.js';
import type { Naming } from './naming.js';
import { RECORD_FORM, type DataOf } from './records.js';
import type { Sign } from './signs.js';
import { ACTED_UPON_MS, KEEP_MS } from './retention.js';

/** This server's pen for `P`. Every record written is also a test of its hearing. */
export class PresenceLog {
  /** Revision of `P` that this server has read. */
  revision = 0;
  /** Why the last write failed; null once one succeeds. */
  failure: Error | null = null;
  /** Old records may go. */
  readonly retention: Retention;
  /** When the last record was written that there was at the start of this server; null: there was none. */
  replayedAtMs: number | null = null;
  private readonly startMs: number;

  constructor(
    private readonly store: EventStore,
    private readonly hearing: Hearing,
    private readonly clock: Clock,
    private readonly instance: string,
    private readonly naming: Naming,
  ) {
    this.startMs = clock.monotonicMs();
    this.retention = new Retention(store, clock, PRESENCE_STREAM, KEEP_MS, () => this.retainMs());
  }

  /**
   * The time by which records are old. A clock may be far ahead at a start: records of a minute ago, which it calls old, are missed at
   * the next start, and leaders stop (L7). So it counts only when there are records of an hour after them.
   */
  private retainMs(): number {
    const [wallMs, upMs] = [this.clock.wallMs(), this.clock.monotonicMs() - this.startMs];
    if (this.replayedAtMs === null || upMs > 2 * ACTED_UPON_MS) return wallMs;
    return Math.min(wallMs, this.replayedAtMs + upMs);
  }

  async beats(
    beats: readonly RecordedBeat[],
    opened: readonly ProcessId[],
    id = randomUuid(),
    signs: readonly Sign[] = [],
  ): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    await this.write(id, 'BeatsObserved', this.naming.record(beats, opened, this.revision, nowMs, signs));
  }

  /** This server wrote it, in this life or one before. */
  wroteExpiry = ({ instance }: DataOf<'LeaseExpired'>): boolean => instance === this.instance;

  async leaseExpired(terms: DataOf<'LeaseExpired'>['terms']): Promise<void> {
    await this.write(randomUuid(), 'LeaseExpired', { terms, instance: this.instance });
  }

  private async write(id: string, type: string, data: object): Promise<void> {
    this.hearing.recordSent(id, this.clock.monotonicMs());
    try {
      await this.store.publish(PRESENCE_STREAM, {
        id,
        type,
        data,
        meta: { at: isoOf(this.clock.wallMs()), v: RECORD_FORM },
      });
      this.failure = null;
    } catch (error) {
      this.failure = error as Error;
      this.hearing.recordFailed(id);
      throw error;
    }
  }
}
