import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  checkWhole,
  StoreUnusable,
  VersionConflict,
  type Appended,
  type Item,
  type EventStore,
  type NewEvent,
  type Position,
  type StoredEvent,
  type StoreError,
} from '@conclave/event-store';
import { fileOf, makePlace } from './directory.js';
import { FileWatch } from './file-watch.js';
import { LiveFeed } from './live-feed.js';
import { eventOf, rowOf, type AppendResult, type NewRow, type Page } from './rows.js';
import { ThreadClient } from './thread-client.js';

const PAGE = 1000;
const EXPIRE_STEP = 1_000;
const EXPIRE_PAUSE_MS = 20;
/** Of a stream the first pages are small: who wants a few events does not pay for many. */
const FIRST_PAGE = 100;

/** The embedded store: SQLite on a thread of its own, so that no fsync ever holds up the event loop. */
export class SqliteEventStore implements EventStore {
  readonly staleMs = 0;
  readonly isExclusive = true;
  readonly problem: string | null;
  private readonly feeds = new Set<LiveFeed>();
  private closing: Promise<void> | null = null;
  private watch: FileWatch | null = null;
  private lost: StoreError | null = null;
  private tell: (error: StoreError) => void = () => undefined;

  private constructor(
    readonly name: string,
    private readonly thread: ThreadClient,
  ) {
    this.problem = thread.problem;
    thread.onBroken = (error) => {
      for (const feed of this.feeds) feed.fail(error);
      this.watch?.stop();
      if (thread.isClosing) return;
      this.lost = error;
      this.tell(error);
    };
  }

  /** The store is lost for good: its thread died, or its file is another one. Nothing is written any more. */
  set onLost(tell: (error: StoreError) => void) {
    this.tell = tell;
    if (this.lost) tell(this.lost); // before anybody listened
  }

  /**
   * `path`: a file, made with its directory if it is not there, or `:memory:`. Throws {@link StoreUnusable}.
   */
  static async open(path: string): Promise<SqliteEventStore> {
    if (path !== ':memory:') makePlace(path);
    const thread = await ThreadClient.start(fileOf(path));
    const store = new SqliteEventStore(`sqlite:${path}`, thread);
    const lost = (why: string) => thread.fail(new StoreUnusable(`${why}; nothing more is written`));
    if (path !== ':memory:') store.watch = new FileWatch(path, lost);
    return store;
  }

  nameOf(stream: string): string {
    return stream;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended> {
    return this.write(stream, expectedVersion, events);
  }

  async publish(stream: string, event: NewEvent): Promise<void> {
    await this.write(stream, null, [event]);
  }

  private async write(
    stream: string,
    expectedVersion: number | null,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    checkWhole(events);
    const rows = events.map(rowOf);
    const request = { op: 'append' as const, stream, expectedVersion, events: rows };
    return new Promise((resolve, reject) =>
      this.thread.ask(
        request,
        (answer) => {
          const result = answer as AppendResult;
          if (result.kind === 'conflict') {
            reject(new VersionConflict(stream, expectedVersion ?? 0, result.actualVersion));
            return;
          }
          // Before the caller hears of it, and in commit order: nobody can see an append that a subscriber
          // has not.
          if (result.kind === 'written') this.deliver(stream, rows, result);
          resolve({ version: result.version, position: String(result.lastPosition) });
        },
        reject,
      ),
    );
  }

  private deliver(
    stream: string,
    rows: readonly NewRow[],
    { version, lastPosition }: { version: number; lastPosition: number },
  ): void {
    if (this.feeds.size === 0) return;
    rows.forEach((row, index) => {
      const behind = rows.length - 1 - index; // rows of one commit have consecutive positions
      const event = eventOf({ ...row, stream, version: version - behind, position: lastPosition - behind });
      for (const feed of this.feeds) feed.push(event);
    });
  }

  async *read(stream: string, from = 1): AsyncGenerator<StoredEvent> {
    for (let next = from, limit = FIRST_PAGE; ; limit = PAGE) {
      const request = { op: 'read-stream' as const, stream, from: next, limit };
      const { rows, isLast } = (await this.thread.call(request)) as Page;
      for (const row of rows) yield eventOf(row);
      if (isLast) return;
      next = rows.at(-1)!.version + 1;
    }
  }

  async *subscribe(from: Position, signal: AbortSignal): AsyncGenerator<Item> {
    const feed = new LiveFeed(signal);
    try {
      if (signal.aborted) return;
      let next = this.catchUpPage(from, feed);
      for (let after = from, more = true; more && !signal.aborted;) {
        const { rows, isLast } = await next;
        after = String(rows.at(-1)?.position ?? after);
        more = !isLast;
        // read ahead; a failure is met at its turn
        if (more) (next = this.catchUpPage(after, feed)).catch(() => undefined);
        for (const row of rows) yield eventOf(row);
        if (!more) yield { type: 'caught-up', position: after };
      }
      yield* feed;
    } finally {
      feed.isClosed = true; // also for a page read ahead that is still on its way
      this.feeds.delete(feed);
    }
  }

  /**
   * The thread answers in order: at the answer of the last page, exactly what it holds has been delivered, so
   * live begins here.
   */
  private async catchUpPage(after: Position, feed: LiveFeed): Promise<Page> {
    return new Promise((resolve, reject) =>
      this.thread.ask(
        { op: 'read-all', after: Number(after), limit: PAGE },
        (answer) => {
          const page = answer as Page;
          if (page.isLast && !feed.isClosed) this.feeds.add(feed);
          resolve(page);
        },
        reject,
      ),
    );
  }

  /** In small steps, between which appends go on. */
  async expire(stream: string, keepMs: number, nowMs: number): Promise<void> {
    const [before, now] = [nowMs - keepMs, nowMs].map((ms) => new Date(ms).toISOString()) as [string, string];
    const step = { op: 'expire' as const, stream, before, now, limit: EXPIRE_STEP };
    while ((await this.thread.call(step)) === EXPIRE_STEP) await pause(EXPIRE_PAUSE_MS);
  }

  async truncate(stream: string, before: number): Promise<void> {
    const step = { op: 'truncate' as const, stream, before, limit: EXPIRE_STEP };
    while ((await this.thread.call(step)) === EXPIRE_STEP) await pause(EXPIRE_PAUSE_MS);
  }

  async wipe(letGo: () => Promise<void>): Promise<boolean> {
    await this.thread.call({ op: 'owe-wipe' });
    await letGo();
    const act = async () => (await this.thread.call({ op: 'wipe' })) as boolean;
    return this.watch ? this.watch.whileItShrinks(act) : act();
  }

  async begin(stream: string, version: number, type: string): Promise<void> {
    const holder = rowOf({ id: randomUUID(), type, data: {}, meta: {} });
    await this.thread.call({ op: 'begin', stream, version, holder });
  }

  async close(): Promise<void> {
    this.watch?.stop();
    return (this.closing ??= this.thread.close());
  }
}
