import {
  BACKWARDS,
  END,
  FORWARDS,
  StreamNotFoundError,
  streamNameFilter,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position as LogPosition,
  type RecordedEvent,
} from '@eventstore/db-client';
import { findMoved, type Anchor, type Position, type StoredEvent } from '@conclave/event-store';
import { beginning } from './checkpoint.js';
import type { Connections } from '../connection/connections.js';
import type { Line } from '../connection/line.js';
import { within } from '../connection/persistence.js';
import type { Written } from '../appending/appends.js';
import type { Proposed } from '../appending/proposed.js';
import { gathered, type Gathered } from './gathering.js';
import { storedEventOf } from './recorded.js';

/** A prefix that few streams have would be searched 32 events at a time. */
const SEARCH_WINDOW = 500;
/** So many windows make a checkpoint: 10,000 events of others. */
const CHECKPOINT_WINDOWS = 20;

interface Asked {
  stream: string;
  fromRevision: bigint | typeof END;
  direction: typeof FORWARDS | typeof BACKWARDS;
  maxCount: number;
}

/** Where a subscription begins, see {@link beginning}, and to whose streams. */
export interface Following {
  from: Position;
  checkpoint: string | null;
  prefix: string;
}

/**
 * Every call that goes out: each by itself, leader asked for, under a timeout, cancelled afterwards. Names
 * are as on the wire.
 */
export class Wire {
  constructor(
    private readonly connections: Connections,
    private readonly callMs: number,
  ) {}

  /** Writes at exactly `version`. */
  async append(stream: string, version: number, events: readonly Proposed[]): Promise<Written> {
    return this.connections.call(
      async (line) => within(this.callMs, line.append(stream, version, events)),
      true,
    );
  }

  /** At most `count` events from `version` on, fewer over a slow line; a stream that is not there has none. */
  async page(stream: string, version: number, count: number): Promise<Gathered> {
    return this.connections.call(({ client }) => this.pageFrom(client, stream, version, count));
  }

  private async pageFrom(
    client: EventStoreDBClient,
    stream: string,
    version: number,
    count: number,
  ): Promise<Gathered> {
    return this.collectFrom(client, {
      stream,
      fromRevision: BigInt(version - 1),
      direction: FORWARDS,
      maxCount: count,
    });
  }

  async last(stream: string): Promise<RecordedEvent | undefined> {
    const last: Asked = { stream, fromRevision: END, direction: BACKWARDS, maxCount: 1 };
    return (await this.connections.call(({ client }) => this.collectFrom(client, last))).events[0];
  }

  private async collectFrom(client: EventStoreDBClient, { stream, ...from }: Asked): Promise<Gathered> {
    const read = client.readStream(stream, { ...from, requiresLeader: true });
    try {
      return await within(this.callMs, gathered(read, this.callMs / 2));
    } catch (error) {
      if (error instanceof StreamNotFoundError) return { events: [], isCut: false };
      throw error;
    } finally {
      read.cancel().catch(() => undefined); // also after a timeout, or the server goes on sending (facts 0.3)
    }
  }

  /**
   * What became of an event that stood in the log; null if it stands there still, as far as this client's
   * node knows.
   */
  async findMoved(
    client: EventStoreDBClient,
    told: Anchor,
    prefix: string,
    isLasting: (stream: string) => boolean,
  ): Promise<string | null> {
    const pageFrom = async (stream: string, version: number) =>
      this.pageFrom(client, prefix + stream, version, 1);
    async function* read(stream: string, version = 1): AsyncGenerator<StoredEvent> {
      for (const event of (await pageFrom(stream, version)).events) yield storedEventOf(event, prefix);
    }
    return findMoved({ read }, [told], isLasting);
  }

  /**
   * After `from`, exclusively (facts 4), what has the prefix, filtered by the server. `onCheckpoint` must not
   * throw (facts 0.9).
   */
  async follow(
    { client }: Line,
    { from, checkpoint, prefix }: Following,
    onCheckpoint: (at: LogPosition) => void,
  ): Promise<AllStreamSubscription> {
    const fromPosition = await within(this.callMs, beginning(client, from, checkpoint));
    const filter = streamNameFilter({
      prefixes: [prefix],
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: CHECKPOINT_WINDOWS,
      checkpointReached: (_, at) => onCheckpoint(at),
    });
    return client.subscribeToAll({ fromPosition, filter }, { highWaterMark: 256 });
  }
}
