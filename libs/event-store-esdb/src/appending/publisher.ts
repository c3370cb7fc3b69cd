import { StoreUnavailable, VersionConflict, type Appended } from '@conclave/event-store';
import type { Proposed } from './proposed.js';

const ATTEMPTS = 50;
/** A subscription takes appends of up to 100 events without being dropped (facts 4). */
const MOST_EVENTS = 100;
/** Well under the 1 MiB that an append may have. */
const MOST_BYTES = 600_000;

/**
 * Who wrote knows first where to go on, and would come first each time: for minutes, if all write as fast as they can. So it
 * gives way to those whose attempts failed by its own, for this part of the time that one takes.
 */
const TURN = 1 / 8;

export interface Appending {
  append: (stream: string, version: number, events: Proposed[]) => Promise<Appended>;
  /** Version of the stream now. */
  headOf: (stream: string) => Promise<number>;
}
interface Waiting {
  event: Proposed;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Appends at whatever version a stream has, but never as `any`: the server knows ids written by `any` only
 * from a cache (facts 2.3), while at an explicit revision a repeat, or a copy that the network kept, can
 * never write twice. One append of a stream in flight; what is published meanwhile goes into the next.
 */
export class Publisher {
  private readonly heads = new Map<string, number>();
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly appending: Appending) {}

  /** Somebody wrote there: an append at an older version would be sent in vain. */
  saw(stream: string, version: number): void {
    if (version > (this.heads.get(stream) ?? Infinity)) this.heads.set(stream, version);
  }

  async publish(stream: string, event: Proposed): Promise<void> {
    return new Promise((done, failed) => {
      const waiting = this.waiting.get(stream);
      if (waiting) {
        waiting.push({ event, done, failed });
        return;
      }
      this.waiting.set(stream, [{ event, done, failed }]);
      void this.drain(stream);
    });
  }

  private async drain(stream: string): Promise<void> {
    const waiting = this.waiting.get(stream)!;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchSize(waiting));
      try {
        const events = batch.map(({ event }) => event);
        const tookMs = await this.place(stream, events);
        for (const { done } of batch) done();
        await new Promise((rested) => setTimeout(rested, tookMs * TURN)); // who was waited for is told before
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.waiting.delete(stream);
  }

  /** Returns how long the last attempt took, ms. */
  private async place(stream: string, events: Proposed[]): Promise<number> {
    if (!this.heads.has(stream)) this.heads.set(stream, await this.appending.headOf(stream));
    for (let attempt = 1; ; attempt++) {
      const [head, beganMs] = [this.heads.get(stream)!, performance.now()];
      try {
        const { version } = await this.appending.append(stream, head, events);
        this.saw(stream, version);
        return performance.now() - beganMs;
      } catch (error) {
        if (!(error instanceof VersionConflict)) {
          this.heads.delete(stream);
          throw error;
        }
        if (attempt === ATTEMPTS)
          throw new StoreUnavailable(
            `other servers were first ${ATTEMPTS} times to write to "${stream}": look how long the way to the store takes from here`,
            { cause: error },
          );
        const actual = error.actualVersion ?? (await this.appending.headOf(stream));
        if (actual > head) this.saw(stream, actual);
        else this.heads.set(stream, actual); // another log, or one that went back
      }
    }
  }
}

function batchSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const fits = waiting.findIndex(
    (one, n) => n > 0 && (n >= MOST_EVENTS || (bytes += bytesOf(one)) + bytesOf(waiting[0]!) > MOST_BYTES),
  );
  return fits < 0 ? waiting.length : fits;
}

const bytesOf = ({ event: { data, meta } }: Waiting): number => data.length + meta.length;
