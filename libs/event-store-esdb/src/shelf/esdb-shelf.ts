import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '@eventstore/db-client';
import {
  comparePositions,
  StoreError,
  StoreUnavailable,
  VersionConflict,
  type Position,
  type Shelf,
  type Shelved,
} from '@conclave/event-store';
import { proposedOf, type Proposed } from '../appending/proposed.js';
import { storeErrorOf } from '../connection/failures.js';
import { Upkeep, type Run } from '../wire/upkeep.js';
import type { Wire } from '../wire/wire.js';
import { inParts } from './in-parts.js';
import {
  DROPPED,
  firstOf,
  numberOf,
  PART,
  versionOf,
  whatIs,
  WHOLE,
  type End,
  type Kept,
} from './what-stands.js';

const PARTS_A_PAGE = 8;
/** Positions of EventStoreDB are bytes of its log. So many are read in a second or two. */
const LEAST_BYTES = 16 * 1024 * 1024;
/** What is put there is a tenth of what was written at the most. */
const SHARE = 10;
const [ATTEMPTS, REST_MS] = [10, 200];
/** Of others' events, among which what is ours is looked for. */
const MOST_LOOKS = 50;
const EMPTY: End = { head: 0, isPart: false, last: null };

/**
 * A stream beside ours: none of their names begins with what its name begins with. Parts, and behind them what makes them one;
 * or word that nothing older counts. Parts that a killed server left are passed over, and go with what is let go of next.
 */
export class EsdbShelf implements Shelf {
  private readonly upkeep: Upkeep;
  /** Somebody put something there as this server looked: if it still ends there when it looks again, that one is gone. */
  private waitedAt = 0;

  constructor(
    private readonly wire: Wire,
    private readonly run: Run,
    private readonly stream: string,
    private readonly rest = async (): Promise<void> => sleep(Math.random() * REST_MS),
  ) {
    this.upkeep = new Upkeep(wire, '', run);
  }

  last = async (): Promise<Kept | null> => {
    const asked = { what: 'reading', stream: this.stream };
    const once = async <T>(work: () => Promise<T>): Promise<T> =>
      work().catch((error: unknown) => {
        throw storeErrorOf(error, asked);
      });
    return (await this.end(once)).last?.kept ?? null;
  };

  private async end(reading = this.reading): Promise<End> {
    try {
      let event = await reading(async () => this.wire.last(this.stream));
      const [head, isPart] = [event ? versionOf(event) : 0, event?.type === PART];
      for (let looks = 0; event?.type === PART; looks++)
        event = looks < MOST_LOOKS ? await this.before(event, reading) : undefined;
      return { head, isPart, last: event ? whatIs(event) : null };
    } catch (error) {
      if (isGone(error)) return EMPTY;
      throw error;
    }
  }

  /** What stands before the first of the parts of which this is one; parts that are none are passed one by one. */
  private async before(
    part: RecordedEvent,
    reading: typeof this.reading,
  ): Promise<RecordedEvent | undefined> {
    const version = versionOf(part) - numberOf(part);
    if (version < 1) return undefined;
    const [event] = (await reading(async () => this.wire.page(this.stream, version, 1))).events;
    if (!event) throw new StoreUnavailable(`the node that was asked for "${this.stream}" is behind`);
    return versionOf(event) === version ? event : undefined; // it was let go of
  }

  async *bytesOf(shelved: Shelved): AsyncGenerator<Uint8Array> {
    const { version: end, parts } = shelved as Kept;
    for (let next = end - parts; next < end;) {
      const [from, count] = [next, Math.min(PARTS_A_PAGE, end - next)];
      for (const event of (await this.reading(async () => this.wire.page(this.stream, from, count))).events) {
        if (versionOf(event) !== next || !(event.data instanceof Uint8Array)) return;
        yield event.data;
        next++;
      }
      if (next === from) return;
    }
  }

  async isDue(position: Position, isOverdue: (last: Shelved) => boolean): Promise<boolean> {
    const end = await this.end();
    if (!this.mayPut(position, end)) return false;
    const kept = end.last?.kept;
    if (kept && isOverdue(kept)) return true;
    const { position: since, bytes } = kept ?? { position: '0', bytes: 0 };
    return BigInt(position) - BigInt(since) >= BigInt(Math.max(LEAST_BYTES, SHARE * bytes));
  }

  private mayPut(position: Position, { head, isPart, last }: End): boolean {
    const isUnderWay = isPart && this.waitedAt !== head;
    this.waitedAt = head;
    return !isUnderWay && !(last?.position && comparePositions(last.position, position) > 0);
  }

  /** What stands there stays until the next time. It is let go of what was before that first: whoever may not do that writes nothing. */
  async put({ position, about }: Shelved, bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
    const end = await this.end();
    if (!this.mayPut(position, end)) return false;
    const { head, last } = end;
    if (head > 0) await this.upkeep.hide(this.stream, last ? firstOf(last) : head);
    let [version, total] = [head, 0];
    try {
      for await (const data of inParts(bytes)) {
        await this.append(version++, partOf(data, version - head));
        total += data.length;
      }
      await this.append(version, said(WHOLE, { position, about, parts: version - head, bytes: total }));
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      if (!(error instanceof VersionConflict)) throw error;
      if (head > 0 || (await this.end()).head > 0) return false;
      throw new StoreUnavailable(`nothing in "${this.stream}" can be read ($tb, $maxAge): delete it`);
    }
  }

  async drop(before: Position): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { head, last } = await this.end();
      if (last?.position && comparePositions(last.position, before) >= 0)
        return this.upkeep.hide(this.stream, firstOf(last));
      try {
        await this.append(head, said(DROPPED, { position: before }));
      } catch (error) {
        if (isGone(error)) return; // nobody can read or write there any more
        if (!(error instanceof VersionConflict)) throw error;
        if (attempt === ATTEMPTS && head === 0) return; // nor where all is hidden
        if (attempt === ATTEMPTS) throw error;
        await this.rest();
      }
    }
  }

  private async append(version: number, event: Proposed): Promise<void> {
    const write = async () => this.wire.append(this.stream, version, [event]);
    await this.run('appending to', this.stream, write, version);
  }

  private reading = async <T>(work: () => Promise<T>): Promise<T> => this.run('reading', this.stream, work);
}

const isGone = (error: unknown): boolean => error instanceof StoreError && error.code === 'stream-deleted';

const said = (type: string, data: object): Proposed => proposedOf({ id: randomUUID(), type, data, meta: {} });

/** `part`: the first one is 1, so that whoever finds the last one finds what was before them all. */
const partOf = (data: Uint8Array, part: number): Proposed => ({
  ...proposedOf({ id: randomUUID(), type: PART, data: {}, meta: { part } }),
  data,
  isBinary: true,
});
