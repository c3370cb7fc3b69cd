import type { EventStoreDBClient } from '@eventstore/db-client';
import {
  anchorOf,
  comparePositions,
  isOwn,
  type StoreError,
  StoreUnavailable,
  SubscriptionDropped,
  type Anchor,
  type Item,
} from '@conclave/event-store';
import { idFrom, textOf } from '../wire/checkpoint.js';
import { addressOf, type Endpoint } from '../connection/connection-string.js';
import type { Connections } from '../connection/connections.js';
import { storeErrorOf } from '../connection/failures.js';
import { ASKED, Feed, HISTORY_DONE } from './feed.js';
import type { Line } from '../connection/line.js';
import { storedEventOf } from '../wire/recorded.js';
import type { Following, Wire } from '../wire/wire.js';

/** All subscriptions of a store, and what they were told last. */
export class Subscriptions {
  private readonly feeds = new Map<Feed, Line>();
  /** The last event of ours that anybody here was told: what is written rests on it. */
  private told: Anchor | null = null;

  constructor(
    private readonly connections: Connections,
    private readonly wire: Wire,
    private readonly callMs: number,
    private readonly saw: (stream: string, version: number) => void,
  ) {}

  async *follow(following: Following, signal: AbortSignal): AsyncGenerator<Item> {
    const line = await this.connections
      .subscriber()
      .catch((error: Error) => Promise.reject(unavailable(error)));
    const feed = await this.feed(line, following, signal);
    this.feeds.set(feed, line);
    let position = following.from;
    try {
      for await (const item of feed.items()) {
        if (item === HISTORY_DONE) yield { type: 'caught-up', position };
        else if ('streamId' in item) {
          const event = { ...storedEventOf(item, following.prefix), writtenMs: item.created.getTime() };
          position = event.position;
          this.saw(event.stream, event.version);
          if (isOwn(event) && !(this.told && comparePositions(position, this.told.position) <= 0))
            this.told = anchorOf(event);
          yield event;
        } else yield { type: 'passed', position: String(item.commit), checkpoint: textOf(item) };
      }
    } catch (error) {
      // Before the first answer the fault of a connection may be a mistake in the connection string.
      throw await this.connections.explained(line.endpoint, error as Error);
    } finally {
      this.feeds.delete(feed);
      feed.stop();
      if (feed.wasTooSlow) this.connections.keep(line);
      else line.retire();
    }
  }

  private async feed(line: Line, following: Following, signal: AbortSignal): Promise<Feed> {
    let feed: Feed | undefined;
    const onBroken = (error: Error) => this.connections.judge(line, error);
    try {
      const source = await this.wire.follow(line, following, (at) => feed?.checkpoint(at));
      return (feed = new Feed(source, signal, this.callMs, onBroken, async (at) => idFrom(line.client, at)));
    } catch (error) {
      onBroken(error as Error);
      line.retire();
      throw unavailable(error as Error);
    }
  }

  /** A node that is not the leader any more may be cut off, and would say nothing of it (facts 12). */
  move(leader: Endpoint): void {
    if (!this.connections.followsLeader) return;
    for (const [feed, { endpoint }] of this.feeds) {
      if (addressOf(endpoint) !== addressOf(leader))
        feed.fail(new SubscriptionDropped('moved', `the leader is ${addressOf(leader)} now`));
    }
  }

  /** A log that was restored from a backup must not get what was decided on the one before it. */
  async checkSame(
    client: EventStoreDBClient,
    prefix: string,
    isLasting: (stream: string) => boolean,
  ): Promise<void> {
    const moved = this.told && (await this.wire.findMoved(client, this.told, prefix, isLasting));
    if (!moved) return;
    const why = `the log is not the one that was read (${moved})`;
    this.fail(new SubscriptionDropped('moved', why));
    throw new StoreUnavailable(`${why}: nothing is written to it`);
  }

  /** Ends them all. */
  fail(error: StoreError): void {
    for (const feed of this.feeds.keys()) feed.fail(error);
  }
}

const unavailable = (error: Error): StoreError => storeErrorOf(error, ASKED);
