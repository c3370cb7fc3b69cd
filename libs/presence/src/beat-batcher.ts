import { StoreUnavailable } from '@conclave/event-store';
import { randomUuid, type Clock } from '@conclave/kernel';
import type { BeatOutcome } from './lease-table.js';
import type { PresenceLog } from './presence-log.js';
import type { RecordedBeat } from './records.js';

/** Keeps a record well under the 1 MiB that an EventStoreDB append may have. */
const MOST_BEATS = 2_000;

interface Held<R> {
  isDropped?: true;
  beat: RecordedBeat;
  heardMs: number;
  heartbeatMs: number;
  resolve: (reply: R) => void;
  reject: (error: Error) => void;
}

/**
 * Group commit for beats (§5.2): one append of `P` in flight, the next batch fills meanwhile. A leader's beat is
 * answered only after its record came back through this server's own tail, with what the fold says at that position.
 */
export class BeatBatcher<R> {
  private renewals: Held<R>[] = [];
  private notes: RecordedBeat[] = [];
  private isWriting = false;
  private readonly unreturned = new Map<string, Held<R>[]>();

  constructor(
    private readonly log: PresenceLog,
    private readonly clock: Clock,
  ) {}

  /** A leader's beat. Resolves with the reply made at its position; rejects if it could not be written in time (§5.9). */
  async renew(beat: RecordedBeat, heartbeatMs: number): Promise<R> {
    return new Promise((resolve, reject) => {
      this.renewals.push({ beat, heardMs: this.clock.monotonicMs(), heartbeatMs, resolve, reject });
      this.flush();
    });
  }

  /** A sign of life for the other servers; nobody waits for it. */
  note(beat: RecordedBeat): void {
    this.notes.push(beat);
    this.flush();
  }

  private flush(): void {
    if (this.isWriting || this.renewals.length + this.notes.length === 0) return;
    this.isWriting = true;
    setImmediate(() => void this.write());
  }

  private async write(): Promise<void> {
    this.dropStale(this.clock.monotonicMs());
    const held = this.renewals.splice(0, MOST_BEATS);
    const notes = this.notes.splice(0, MOST_BEATS - held.length);
    const id = randomUuid();
    try {
      if (held.length + notes.length === 0) return;
      this.unreturned.set(id, held);
      await this.log.beats([...held.map(({ beat }) => beat), ...notes], id);
    } catch (error) {
      this.unreturned.delete(id);
      for (const { reject } of held) reject(error as Error);
    } finally {
      this.isWriting = false;
      this.flush();
    }
  }

  /** The record `id` was read back. The first outcomes are those of the beats that somebody waits for. */
  returned(id: string, outcomes: readonly BeatOutcome[], replyTo: (outcome: BeatOutcome) => R): void {
    const held = this.unreturned.get(id);
    if (!held) return;
    this.unreturned.delete(id);
    held.forEach(({ resolve, reject }, index) => {
      try {
        resolve(replyTo(outcomes[index]!));
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  /** Call at a steady pace: nobody waits for a reply longer than a heartbeat, and no stale beat is written (§5.2). */
  dropStale(nowMs: number): void {
    for (const held of [this.renewals, ...this.unreturned.values()].flat()) {
      if (held.isDropped || nowMs - held.heardMs <= held.heartbeatMs) continue;
      held.isDropped = true; // its place in a record already written stays, so that the outcomes stay aligned
      held.reject(new StoreUnavailable('the beat was not recorded within one heartbeat; beat again'));
    }
    this.renewals = this.renewals.filter((held) => !held.isDropped);
    for (const [id, held] of this.unreturned) if (held.length > 0 && held.every((h) => h.isDropped)) this.unreturned.delete(id);
  }
}
