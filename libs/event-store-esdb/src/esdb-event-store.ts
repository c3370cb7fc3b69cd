import {
  DEFAULT_PREFIX,
  checkWhole,
  StoreUnavailable,
  StoreUnusable,
  type Appended,
  type EventStore,
  type Item,
  type NewEvent,
  type Position,
  type Shelf,
  type StoredEvent,
} from '@conclave/event-store';
import { targetOf, type Target } from './connection/connection-string.js';
import { Connections } from './connection/connections.js';
import { deleted } from './connection/failures.js';
import { gossipOf } from './connection/gossip.js';
import { persistently } from './connection/persistence.js';
import { proposedOf, type Proposed } from './appending/proposed.js';
import { Publisher } from './appending/publisher.js';
import { storedEventOf } from './wire/recorded.js';
import { Topology } from './connection/topology.js';
import { EsdbShelf } from './shelf/esdb-shelf.js';
import { Subscriptions } from './following/subscriptions.js';
import { Upkeep, type Run } from './wire/upkeep.js';
import { Wire } from './wire/wire.js';

export interface EsdbOptions {
  connectionString: string;
  /**
   * Put before every stream's name; several Conclaves can share one EventStoreDB. With the default,
   * `$ce-conclave.group` holds exactly the groups.
   */
  prefix?: string;
  /** How long one call may take; the server's own timeouts are 2 s. */
  callMs?: number;
  /** A frozen peer is noticed after the sum of both, unless the connection string has its own. */
  keepAliveIntervalMs?: number;
  keepAliveTimeoutMs?: number;
}
/** A leader that was frozen or cut off answers reads from its own log for 5 s more (facts 12). */
const STALE_MS = 6_000;
const PAGE = 500;
/** Of a stream the first page is small: who wants a few events does not pay for many. */
const FIRST_PAGE = 100;
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;

/** EventStoreDB 23.10 or later, as a store: version = revision + 1, position = commit position in $all. */
export class EsdbEventStore implements EventStore {
  readonly name: string;
  readonly staleMs: number;
  readonly keepsTime = true;
  private readonly connections: Connections;
  private readonly wire: Wire;
  private readonly publisher = new Publisher({
    append: async (stream, version, events) => this.write(stream, version, events),
    headOf: async (stream) => this.upkeep.headOf(stream),
  });
  private readonly upkeep: Upkeep;
  private readonly subscriptions: Subscriptions;
  /** Streams whose old events may be gone. */
  private readonly expiring = new Set<string>();
  private readonly running = new Set<Promise<unknown>>();
  private closing: Promise<void> | null = null;

  private constructor(
    target: Target,
    private readonly prefix: string,
    callMs: number,
  ) {
    this.name = target.name;
    this.staleMs = target.kind === 'node' ? 0 : STALE_MS;
    this.connections = new Connections(target, new Topology(target, gossipOf(target)));
    this.wire = new Wire(this.connections, callMs);
    this.upkeep = new Upkeep(this.wire, prefix, this.run);
    this.subscriptions = new Subscriptions(this.connections, this.wire, callMs, (...seen) =>
      this.publisher.saw(...seen),
    );
    this.connections.onMoved = (to) => this.subscriptions.move(to);
    const isLasting = (stream: string) => !this.expiring.has(stream);
    this.connections.check = async (client) => this.subscriptions.checkSame(client, prefix, isLasting);
  }

  /**
   * Checks the connection string and does not connect: the store may come up later. Throws {@link
   * StoreUnusable}.
   */
  static async open({
    connectionString,
    prefix = DEFAULT_PREFIX,
    callMs = 2_500,
    keepAliveIntervalMs = 3_000,
    keepAliveTimeoutMs = 3_000,
  }: EsdbOptions): Promise<EsdbEventStore> {
    if (!PREFIX.test(prefix)) {
      throw new StoreUnusable(
        `the stream prefix "${prefix}" cannot be used. Take letters, digits and . _ : - only, a letter or digit first.`,
      );
    }
    return new EsdbEventStore(
      targetOf(connectionString, { intervalMs: keepAliveIntervalMs, timeoutMs: keepAliveTimeoutMs }),
      prefix,
      callMs,
    );
  }

  nameOf(stream: string): string {
    return this.prefix + stream;
  }

  async *read(stream: string, from = 1): AsyncGenerator<StoredEvent> {
    for (let next = Math.max(from, 1), limit = FIRST_PAGE; ; limit = PAGE) {
      const [start, count] = [next, limit];
      const { events, isCut } = await this.run('reading', stream, () =>
        this.wire.page(this.prefix + stream, start, count),
      );
      for (const event of events) yield storedEventOf(event, this.prefix);
      if (events.length < count && !isCut) return;
      next = Number(events.at(-1)!.revision) + 2;
    }
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended> {
    checkWhole(events);
    const appended = await this.write(stream, expectedVersion, events.map(proposedOf));
    // Deleted softly and written again: the server goes on at the old version, whatever was expected (facts
    // 2.3, 5).
    if (appended.version !== expectedVersion + events.length) throw deleted(stream);
    return appended;
  }

  async publish(stream: string, event: NewEvent): Promise<void> {
    return this.publisher.publish(stream, proposedOf(event));
  }

  private async write(stream: string, version: number, events: Proposed[]): Promise<Appended> {
    const name = this.prefix + stream;
    const answer = await this.run(
      'appending to',
      stream,
      () => this.wire.append(name, version, events),
      version,
    );
    if (answer.position !== null) return { version: answer.version, position: answer.position };
    const { events: found } = await this.run('reading', stream, () =>
      this.wire.page(name, answer.version, 1),
    );
    const [last] = found;
    if (!last)
      throw new StoreUnavailable(
        `the position of version ${answer.version} of "${stream}" cannot be read; repeat the append`,
      );
    return { version: answer.version, position: storedEventOf(last, this.prefix).position };
  }

  async *subscribe(
    from: Position,
    signal: AbortSignal,
    checkpoint: string | null = null,
  ): AsyncGenerator<Item> {
    if (this.closing) throw closed();
    if (!signal.aborted) yield* this.subscriptions.follow({ from, checkpoint, prefix: this.prefix }, signal);
  }

  async expire(stream: string, keepMs: number): Promise<void> {
    this.expiring.add(stream);
    await this.upkeep.expire(stream, keepMs);
  }
  truncate = async (stream: string, before: number): Promise<void> => this.upkeep.truncate(stream, before);
  begin = async (...asked: [stream: string, version: number, type: string]): Promise<void> =>
    this.upkeep.begin(...asked);
  /** No prefix may begin so: none of ours, and of no other Conclave beside it. */
  shelf = (name: string): Shelf => new EsdbShelf(this.wire, this.run, `~${this.prefix}${name}`);

  async close(): Promise<void> {
    this.closing ??= (async () => {
      this.subscriptions.fail(closed());
      await Promise.allSettled(this.running);
      this.connections.close();
    })();
    return this.closing;
  }

  private run: Run = async (what, stream, work, expectedVersion) => {
    if (this.closing) throw closed();
    const running = persistently({ what, stream, expectedVersion }, work);
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  };
}

const closed = (): StoreUnavailable => new StoreUnavailable('the store is closed');
