import {
  positionOf,
  type Append,
  type GroupListener,
  type Groups,
  type GroupState,
  type Id,
} from '@conclave/election';
import { comparePositions, type Position } from '@conclave/event-store';
import { isoOf, type Clock } from '@conclave/kernel';
import { faceOf, leaderBody } from './bodies.js';

/** One piece of news. `id`: everything up to that position has been told; a resume by it misses nothing. */
export interface Frame {
  event: 'leader' | 'event' | 'synced';
  id: Position | null;
  data: object;
}
export interface WatchOptions {
  group: Id | null;
  events: boolean;
  resumeAfter: Position | null;
}
/**
 * Where frames go. `send` resolves when the client can take more; a replay waits for it, live news does not.
 */
export interface WatchSink {
  send(frames: Frame[]): Promise<void> | void;
  overflow(): void;
  end(): void;
}

/** Whole appends of a group after a position, in order. */
export type ReadMissed = (group: Id, after: Position) => AsyncIterable<Append>;

/** Live changes that may gather while a slow client is still told what it missed. */
const BACKLOG_MOST = 1_000;

interface Watcher extends WatchOptions {
  sink: WatchSink;
  told: Position;
  backlog: Append[] | null;
}

/**
 * Tells watchers every change of leadership, none skipped, in the log's order. There is no history in memory:
 * a resume replays the streams of the groups that changed since.
 */
export class WatchFeed implements GroupListener {
  private readonly watchers = new Set<Watcher>();
  private readonly resuming = new Shared();

  constructor(
    private readonly groups: Groups,
    private readonly missed: ReadMissed,
    private readonly clock: Clock,
    private readonly position: () => Position,
    /** Awaited between two pieces of long work. */
    private readonly breathe: () => Promise<void> = async () => undefined,
  ) {}

  /** Starts a watch and returns how to stop it. The opening snapshot or the missed changes are sent first. */
  watch(options: WatchOptions, sink: WatchSink): () => void {
    const watcher: Watcher = { ...options, sink, told: this.position(), backlog: null };
    this.watchers.add(watcher);
    const stop = (): void => void this.watchers.delete(watcher);
    if (options.resumeAfter === null) void sink.send(this.snapshot(options.group));
    else {
      const resumed = this.resume(watcher, options.resumeAfter).catch(() => {
        // the store is away: the client comes again with its id
        stop();
        sink.end();
      });
      this.resuming.during(resumed);
    }
    return stop;
  }

  /** The server stops: every stream ends, and resumes elsewhere by its id. */
  stop(): void {
    for (const { sink } of this.watchers) sink.end();
    this.watchers.clear();
  }

  private snapshot(group: Id | null): Frame[] {
    const at = isoOf(this.clock.wallMs());
    const id = this.position();
    const heads = [...this.groups.all()].filter(
      ({ state }) => !state.deleted && (group === null || state.id === group),
    );
    const leaders = heads.map(({ state, position }): Frame => {
      return { event: 'leader', id: group === null ? null : id, data: leaderBody(state, position, at) };
    });
    return group === null ? [...leaders, { event: 'synced', id, data: { position: id } }] : leaders;
  }

  changed(append: Append): void {
    for (const watcher of this.watchers) {
      if (watcher.group !== null && watcher.group !== append.group) continue;
      if (!watcher.backlog) this.tellNow(watcher, append);
      else if (watcher.backlog.push(append) > BACKLOG_MOST) {
        this.watchers.delete(watcher);
        watcher.sink.overflow();
      }
    }
  }

  /** Of a group that was deleted nothing more will come. */
  private tellNow(watcher: Watcher, append: Append): void {
    void tell(watcher, append);
    if (append.after.deleted && watcher.group !== null) this.end(watcher);
  }

  private end(watcher: Watcher): void {
    this.watchers.delete(watcher);
    watcher.sink.end();
  }

  /** Nobody is left with what was true once. */
  givenUp(group: Id): void {
    for (const watcher of this.watchers) if (watcher.group === group) this.end(watcher);
  }

  private async resume(watcher: Watcher, after: Position): Promise<void> {
    watcher.told = after;
    watcher.backlog = [];
    const heads = [...this.groups.all()].filter(
      ({ state, position }) =>
        (watcher.group === null || state.id === watcher.group) && comparePositions(position, after) > 0,
    );
    const missed: Append[] = [];
    for (const { state } of heads) {
      missed.push(...(await this.resuming.missedOf(state, after, this.missed)));
      await this.breathe();
    }
    missed.sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
    for (const append of missed) {
      if (!this.watchers.has(watcher)) return;
      await tell(watcher, append);
      await this.breathe();
    }
    for (const append of watcher.backlog) this.tellNow(watcher, append);
    watcher.backlog = null;
  }
}

/** Many clients come back at once when a server is restarted: what one has read the others need not read again. */
class Shared {
  private readonly byGroup = new Map<Id, { after: Position; version: number; missed: Promise<Append[]> }>();
  private running = 0;

  /** While somebody resumes what was read is kept. */
  during(resumed: Promise<void>): void {
    this.running++;
    void resumed.finally(() => {
      if (--this.running === 0) this.byGroup.clear();
    });
  }

  /** Up to what the group is now; what comes meanwhile waits in the backlog. */
  async missedOf({ id, version }: GroupState, after: Position, read: ReadMissed): Promise<Append[]> {
    let known = this.byGroup.get(id);
    if (!known || known.version !== version || comparePositions(known.after, after) > 0) {
      known = { after, version, missed: upTo(version, read(id, after)) };
      this.byGroup.set(id, known);
    }
    const missed = await known.missed;
    return missed.filter(({ events }) => comparePositions(events[0]!.position, after) > 0);
  }
}

async function upTo(version: number, appends: AsyncIterable<Append>): Promise<Append[]> {
  const missed: Append[] = [];
  for await (const append of appends) {
    if (append.after.version > version) break;
    missed.push(append);
  }
  return missed;
}

/**
 * Nothing older after something newer, and nothing twice. All frames but the last carry the id of what was complete
 * before: a cut in the middle repeats, it never loses.
 */
async function tell(watcher: Watcher, { events, before, after }: Append): Promise<void> {
  const { position: end, meta } = events.at(-1)!;
  if (comparePositions(end, watcher.told) <= 0) return;
  const frames: Frame[] = watcher.events
    ? events.map((data) => ({ event: 'event', id: watcher.told, data }))
    : [];
  const now = leaderBody(after, end, meta.at);
  if (before.version === 0 || faceOf(leaderBody(before, end, meta.at)) !== faceOf(now)) {
    frames.push({ event: 'leader', id: watcher.told, data: now });
  }
  watcher.told = end;
  if (frames.length === 0) return;
  frames.at(-1)!.id = end;
  await watcher.sink.send(frames);
}
