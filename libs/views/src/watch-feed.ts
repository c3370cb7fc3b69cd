import { positionOf, type Append, type GroupListener, type Groups, type Id } from '@conclave/election';
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

  constructor(
    private readonly groups: Groups,
    private readonly missed: ReadMissed,
    private readonly clock: Clock,
    private readonly position: () => Position,
  ) {}

  /** Starts a watch and returns how to stop it. The opening snapshot or the missed changes are sent first. */
  watch(options: WatchOptions, sink: WatchSink): () => void {
    const watcher: Watcher = { ...options, sink, told: this.position(), backlog: null };
    this.watchers.add(watcher);
    const stop = (): void => {
      this.watchers.delete(watcher);
    };
    if (options.resumeAfter === null) void sink.send(this.snapshot(options.group));
    else {
      this.resume(watcher, options.resumeAfter).catch(() => {
        // the store is away: the client comes again with its id
        stop();
        sink.end();
      });
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
    const heads = [...this.groups.all()].filter(({ state }) => group === null || state.id === group);
    const leaders = heads.map(({ state, position }): Frame => ({
      event: 'leader',
      id: group === null ? null : id,
      data: leaderBody(state, position, at),
    }));
    return group === null ? [...leaders, { event: 'synced', id, data: { position: id } }] : leaders;
  }

  changed(append: Append): void {
    for (const watcher of this.watchers) {
      if (watcher.group !== null && watcher.group !== append.group) continue;
      if (!watcher.backlog) void tell(watcher, append);
      else if (watcher.backlog.push(append) > BACKLOG_MOST) {
        this.watchers.delete(watcher);
        watcher.sink.overflow();
      }
    }
  }

  /** Nobody is left with what was true once. */
  givenUp(group: Id): void {
    for (const watcher of this.watchers) {
      if (watcher.group !== group) continue;
      this.watchers.delete(watcher);
      watcher.sink.end();
    }
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
      for await (const append of this.missed(state.id, after)) {
        if (append.after.version > state.version) break; // what came meanwhile waits in the backlog
        missed.push(append);
      }
    }
    missed.sort((a, b) => comparePositions(positionOf(a), positionOf(b)));
    for (const append of missed) {
      if (!this.watchers.has(watcher)) return;
      await tell(watcher, append);
    }
    for (const append of watcher.backlog) void tell(watcher, append);
    watcher.backlog = null;
  }
}

/**
 * Nothing older after something newer, and nothing twice. All frames but the last carry the id of what was complete before: a cut in the middle repeats, it never
 * loses.
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
