import { randomUUID } from 'node:crypto';
import type { RecordedEvent } from '@eventstore/db-client';
import { z } from 'zod';
import {
  comparePositions,
  isPosition,
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

const PARTS_A_PAGE = 8;
/** Positions of EventStoreDB are bytes of its log. So many are read in a second or two. */
const LEAST_BYTES = 16 * 1024 * 1024;
/** What is put there is a tenth of what was written at the most. */
const SHARE = 10;
const ATTEMPTS = 10;
const [PART, WHOLE, DROPPED] = ['SnapshotPart', 'SnapshotKept', 'SnapshotsDropped'];

const Part = z.object({ part: z.int().min(1) });
const Place = z.object({ position: z.string().refine(isPosition) });
const Whole = Place.extend({ about: z.unknown(), parts: z.int().min(0), bytes: z.int().min(0) });

/** Where it stands: `parts` events before the one of that version, which says that they are all there. */
type Kept = z.infer<typeof Whole> & { version: number };

/** What the stream ends with. `last`: the last event that is no part. */
interface End {
  head: number;
  isPart: boolean;
  last: { version: number; kept: Kept | null; position: Position | null } | null;
}

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
    let event = await reading(async () => this.wire.last(this.stream));
    const [head, isPart] = [event ? versionOf(event) : 0, event?.type === PART];
    while (event?.type === PART) event = await this.before(event, reading);
    return { head, isPart, last: event ? whatIs(event) : null };
  }

  /** What stands before the first of the parts of which this is one; parts that are none are passed one by one. */
  private async before(
    part: RecordedEvent,
    reading: typeof this.reading,
  ): Promise<RecordedEvent | undefined> {
    const number = Part.safeParse(part.metadata).data?.part ?? 1;
    const version = versionOf(part) - number;
    if (version < 1) return undefined;
    const [event] = (await reading(async () => this.wire.page(this.stream, version, 1))).events;
    return event && versionOf(event) === version ? event : undefined; // it may be gone by now
  }

  async *bytesOf(shelved: Shelved): AsyncGenerator<Uint8Array> {
    const { version: end, parts } = shelved as Kept;
    for (let next = end - parts; next < end;) {
      const [from, count] = [next, Math.min(PARTS_A_PAGE, end - next)];
      const { events } = await this.reading(async () => this.wire.page(this.stream, from, count));
      for (const event of events) {
        if (versionOf(event) !== next || event.type !== PART) break;
        yield event.data as Uint8Array;
        next++;
      }
      if (next === from) throw new StoreUnavailable(`"${this.stream}" was written anew while it was read`);
    }
  }

  async isDue(position: Position): Promise<boolean> {
    const { position: since, bytes } = (await this.end()).last?.kept ?? { position: '0', bytes: 0 };
    return BigInt(position) - BigInt(since) >= BigInt(Math.max(LEAST_BYTES, SHARE * bytes));
  }

  /** What stands there stays until the next time. It is let go of what was before that first: whoever may not do that writes nothing. */
  async put({ position, about }: Shelved, bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
    const { head, isPart, last } = await this.end();
    const isUnderWay = isPart && this.waitedAt !== head;
    this.waitedAt = head;
    if (isUnderWay || (last?.position && comparePositions(last.position, position) > 0)) return false;
    if (head > 0) await this.upkeep.truncate(this.stream, last?.kept ? firstOf(last.kept) : head);
    let [version, total] = [head, 0];
    try {
      for await (const data of inParts(bytes)) {
        await this.append(version++, partOf(data, version - head));
        total += data.length;
      }
      await this.append(version, said(WHOLE, { position, about, parts: version - head, bytes: total }));
    } catch (error) {
      if (error instanceof VersionConflict) return false;
      throw error;
    }
    return true;
  }

  async drop(before: Position): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { head, last } = await this.end();
      if (last?.position && comparePositions(last.position, before) >= 0)
        return this.upkeep.truncate(this.stream, last.kept ? firstOf(last.kept) : last.version);
      try {
        await this.append(head, said(DROPPED, { position: before }));
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async append(version: number, event: Proposed): Promise<void> {
    const write = async () => this.wire.append(this.stream, version, [event]);
    await this.run('appending to', this.stream, write, version);
  }

  private reading = async <T>(work: () => Promise<T>): Promise<T> => this.run('reading', this.stream, work);
}

const versionOf = ({ revision }: RecordedEvent): number => Number(revision) + 1;
const firstOf = ({ version, parts }: Kept): number => version - parts;

/** Of somebody else's event, or one that is not in order, nothing. */
function whatIs(event: RecordedEvent): NonNullable<End['last']> {
  const version = versionOf(event);
  const kept = event.type === WHOLE ? Whole.safeParse(event.data).data : undefined;
  if (kept && kept.parts < version) return { version, kept: { ...kept, version }, position: kept.position };
  const dropped = event.type === DROPPED ? Place.safeParse(event.data).data : undefined;
  return { version, kept: null, position: dropped?.position ?? null };
}

const said = (type: string, data: object): Proposed => proposedOf({ id: randomUUID(), type, data, meta: {} });

/** `part`: the first one is 1, so that whoever finds the last one finds what was before them all. */
const partOf = (data: Uint8Array, part: number): Proposed => ({
  ...proposedOf({ id: randomUUID(), type: PART, data: {}, meta: { part } }),
  data,
  isBinary: true,
});
