import type { Append, GroupListener, Groups, Id } from '@conclave/election';
import type { Position } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { RecentAppends } from './recent-appends.js';
import { Acceptances } from './watch-place.js';
import {
  everything,
  isFor,
  openingOf,
  tell,
  type Watcher,
  type WatchOptions,
  type WatchSink,
} from './watch-news.js';

export type { Frame, WatchOptions, WatchSink } from './watch-news.js';

/** Whole appends of a group, or of all, after a position up to another one, in order. */
export type ReadMissed = (group: Id | null, after: Position, until: Position) => AsyncIterable<Append>;
type Missed = Iterable<Append> | AsyncIterable<Append>;
/** Lets a few at a time do what takes long. */
export type InTurn = (act: () => Promise<void>) => Promise<void>;

/** Live changes that may gather while a slow client is still told what it missed. */
const BACKLOG_MOST = 1_000;
/** More watchers are told in slices, so many between two looks at the time: beats have their turn meanwhile. */
const AT_ONCE = 500;
const IN_A_ROW = 50;
/** How long a slow client may be told what it missed while others wait for that: then it comes again with its last id. */
const TURN_MS = 10_000;
/** Groups in one piece of an opening snapshot. */
const IN_A_PIECE = 500;

/**
 * Tells watchers every change of leadership, none skipped, in the log's order. A resume is told from memory what is recent,
 * else from the log.
 */
export class WatchFeed implements GroupListener {
  private readonly watchers = new Set<Watcher>();
  private readonly recent = new RecentAppends();
  readonly acceptances: Acceptances;
  /** What not all have been told yet, the first just now. */
  private readonly due: Append[] = [];
  private waiting = 0; // clients whose turn to be told what they missed has not come

  constructor(
    private readonly groups: Groups,
    private readonly missed: ReadMissed,
    private readonly clock: Clock,
    private readonly position: () => Position,
    /** Awaited between two pieces of long work. */
    private readonly breathe: () => Promise<void> = async () => undefined,
    private readonly inTurn: InTurn = async (act) => act(),
  ) {
    this.acceptances = new Acceptances(groups);
  }

  /** Starts a watch and returns how to stop it. The opening snapshot or the missed changes are sent first. */
  watch(options: WatchOptions, sink: WatchSink): () => void {
    const watcher: Watcher = { ...options, sink, told: this.position(), backlog: null };
    this.watchers.add(watcher);
    const stop = (): void => void this.watchers.delete(watcher);
    for (const [group, detail] of this.groups.givenUp) this.tellGivenUp(watcher, group, detail);
    const begun =
      options.resumeAfter === null ? this.open(watcher) : this.resume(watcher, options.resumeAfter);
    begun.catch(() => {
      // the store is away: the client comes again with its id
      stop();
      sink.end();
    });
    return stop;
  }

  /** The server stops: every stream ends, and resumes elsewhere by its id. */
  stop(): void {
    for (const { sink } of this.watchers) sink.end();
    this.watchers.clear();
  }

  /** Who leads, as it was when it was asked for. Of very many groups some at a time; what comes meanwhile waits behind them. */
  private async open(watcher: Watcher): Promise<void> {
    const { group, isShown = everything, told, sink } = watcher;
    const [at, accepted] = [isoOf(this.clock.wallMs()), this.acceptances.count];
    const heads = (group === null ? [...this.groups.all()] : [this.groups.head(group)!]).filter(
      ({ state }) => !state.deleted && isShown(state.id),
    );
    const piece = (from: number, isLast: boolean) => {
      const some = heads.slice(from, from + IN_A_PIECE).filter(({ state }) => this.groups.head(state.id));
      return openingOf(some, at, group, isLast ? { position: told, accepted } : null); // others were given up meanwhile
    };
    if (heads.length > IN_A_PIECE) watcher.backlog = [];
    let from = 0;
    for (; heads.length - from > IN_A_PIECE; from += IN_A_PIECE) {
      await sink.send(piece(from, false));
      await this.breathe();
      if (!this.watchers.has(watcher)) return;
    }
    void sink.send(piece(from, true));
    this.tellBacklog(watcher);
  }

  /** What is sealed may name people who are forgotten. */
  begun(): void {
    this.recent.clear(null);
    this.acceptances.countAnew();
  }

  changed(append: Append): void {
    this.recent.add(append, this.clock.wallMs());
    this.acceptances.changed(append);
    if (this.due.length === 0 && this.watchers.size <= AT_ONCE) {
      for (const watcher of this.watchers) this.pass(watcher, append);
      return;
    }
    if (this.due.push(append) === 1) void this.tellInSlices().catch(() => undefined); // the server stops
    if (this.due.length > BACKLOG_MOST) for (const watcher of this.watchers) this.overflow(watcher);
  }

  /** One append after the other; who comes meanwhile has been told of it, or reads it. */
  private async tellInSlices(): Promise<void> {
    for (; this.due.length > 0; this.due.shift()) {
      const [append] = this.due as [Append];
      for (const [n, watcher] of [...this.watchers].entries()) {
        if (this.watchers.has(watcher)) this.pass(watcher, append);
        if (n % IN_A_ROW === IN_A_ROW - 1) await this.breathe();
      }
    }
  }

  private pass(watcher: Watcher, append: Append): void {
    if (watcher.isWaiting || !isFor(watcher, append)) return;
    if (!watcher.backlog) this.tellNow(watcher, append);
    else if (watcher.backlog.push(append) > Math.max(BACKLOG_MOST, this.groups.size)) this.overflow(watcher);
  }

  private overflow(watcher: Watcher): void {
    this.watchers.delete(watcher);
    watcher.sink.overflow();
  }

  /** Of a group that was deleted nothing more will come. */
  private tellNow(watcher: Watcher, append: Append): void {
    void tell(watcher, append, this.acceptances.count);
    if (append.after.deleted && watcher.group !== null) this.end(watcher);
  }

  private end(watcher: Watcher): void {
    this.watchers.delete(watcher);
    watcher.sink.end();
  }

  /** Nobody is left with what was true once. */
  givenUp(group: Id): void {
    this.acceptances.countAnew();
    const detail = this.groups.problemOf(group)!;
    for (const watcher of this.watchers) {
      if (watcher.group === group) this.end(watcher);
      else this.tellGivenUp(watcher, group, detail);
    }
  }

  private tellGivenUp({ group: only, isShown = everything, sink }: Watcher, group: Id, detail: string): void {
    if (only !== null || !isShown(group)) return;
    void sink.send([{ event: 'unreadable', id: null, data: { group, detail } }]);
  }

  private async resume(watcher: Watcher, after: Position): Promise<void> {
    watcher.told = after;
    const known = this.recent.after(after);
    if (known) return this.replay(watcher, known);
    watcher.isWaiting = true;
    this.waiting++;
    await this.inTurn(async () => {
      this.waiting--;
      if (!this.watchers.has(watcher)) return; // it went while it waited for its turn
      watcher.isWaiting = false;
      const untilMs = this.clock.monotonicMs() + TURN_MS;
      const isOver = () => this.waiting > 0 && this.clock.monotonicMs() > untilMs;
      await this.replay(watcher, this.missed(watcher.group, after, this.position()), isOver);
    });
  }

  /** What was missed goes out as fast as the client takes it; what comes meanwhile waits behind it. */
  private async replay(watcher: Watcher, missed: Missed, isOver = () => false): Promise<void> {
    watcher.backlog = [];
    for await (const append of missed) {
      if (!this.watchers.has(watcher)) return;
      if (!isFor(watcher, append)) continue;
      await tell(watcher, append, this.acceptances.count);
      if (isOver()) return this.end(watcher);
      await this.breathe();
    }
    this.tellBacklog(watcher);
  }

  private tellBacklog(watcher: Watcher): void {
    for (const append of watcher.backlog ?? []) this.tellNow(watcher, append);
    watcher.backlog = null;
  }
}
