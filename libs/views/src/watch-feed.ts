import {
  advance,
  newHead,
  readEvent,
  streamOf,
  type GroupListener,
  type Groups,
  type GroupState,
  type Id,
  type RecordedEvent,
} from '@conclave/election';
import { comparePositions, type EventStore, type Position } from '@conclave/event-store';
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
/** Where frames go. `send` resolves when the client can take more; a replay waits for it, live news does not. */
export interface WatchSink {
  send(frames: Frame[]): Promise<void> | void;
  overflow(): void;
  end(): void;
}

/** Live changes that may gather while a slow client is still told what it missed. */
const BACKLOG_MOST = 1_000;

/** The events of one append: an atomic change, told as one. */
interface Change {
  group: Id;
  before: GroupState;
  after: GroupState;
  events: RecordedEvent[];
}
interface Watcher extends WatchOptions {
  sink: WatchSink;
  told: Position;
  backlog: Change[] | null;
}

/**
 * Tells watchers every change of leadership, none skipped, in the log's order. There is no history in memory: a resume
 * replays the streams of the groups that changed since.
 */
export class WatchFeed implements GroupListener {
  private readonly watchers = new Set<Watcher>();
  private pending: Change | null = null;

  constructor(
    private readonly groups: Groups,
    private readonly store: EventStore,
    private readonly clock: Clock,
    private readonly position: () => Position,
  ) {}

  /** Starts a watch and returns how to stop it. The opening snapshot or the missed changes are sent first. */
  watch(options: WatchOptions, sink: WatchSink): () => void {
    this.flush();
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
    this.flush();
    for (const { sink } of this.watchers) sink.end();
    this.watchers.clear();
  }

  private snapshot(group: Id | null): Frame[] {
    const at = isoOf(this.clock.wallMs());
    const id = this.position();
    const heads = group === null ? [...this.groups.all()] : [this.groups.head(group)!];
    const leaders = heads.map(({ state, position }): Frame => ({
      event: 'leader',
      id: group === null ? null : id,
      data: leaderBody(state, position, at),
    }));
    return group === null ? [...leaders, { event: 'synced', id, data: { position: id } }] : leaders;
  }

  changed(event: RecordedEvent, before: GroupState, after: GroupState): void {
    if (this.watchers.size === 0) return;
    const last = this.pending?.events.at(-1);
    if (last && last.group === event.group && last.meta.commandId === event.meta.commandId) {
      this.pending!.after = after;
      this.pending!.events.push(event);
      return;
    }
    this.flush();
    this.pending = { group: event.group, before, after, events: [event] };
    setImmediate(() => this.flush());
  }

  private flush(): void {
    const change = this.pending;
    this.pending = null;
    if (!change) return;
    for (const watcher of this.watchers) {
      if (watcher.group !== null && watcher.group !== change.group) continue;
      if (!watcher.backlog) void tell(watcher, change);
      else if (watcher.backlog.push(change) > BACKLOG_MOST) {
        this.watchers.delete(watcher);
        watcher.sink.overflow();
      }
    }
  }

  private async resume(watcher: Watcher, after: Position): Promise<void> {
    watcher.told = after;
    watcher.backlog = [];
    const heads = [...this.groups.all()].filter(
      ({ state, position }) => (watcher.group === null || state.id === watcher.group) && comparePositions(position, after) > 0,
    );
    const missed: Change[] = [];
    for (const { state } of heads) missed.push(...(await this.missedOf(state.id, state.version, after)));
    missed.sort((a, b) => comparePositions(endOf(a), endOf(b)));
    for (const change of missed) {
      if (!this.watchers.has(watcher)) return;
      await tell(watcher, change);
    }
    for (const change of watcher.backlog) void tell(watcher, change);
    watcher.backlog = null;
  }

  private async missedOf(group: Id, upToVersion: number, after: Position): Promise<Change[]> {
    const changes: Change[] = [];
    let head = newHead(group);
    for await (const stored of this.store.read(streamOf(group))) {
      if (stored.version > upToVersion) break;
      const event = readEvent(group, stored);
      const before = head.state;
      head = advance(head, event);
      const open = changes.at(-1);
      if (open && open.events[0]!.meta.commandId === event.meta.commandId) {
        open.after = head.state;
        open.events.push(event);
      } else changes.push({ group, before, after: head.state, events: [event] });
    }
    return changes.filter((change) => comparePositions(endOf(change), after) > 0);
  }
}

const endOf = ({ events }: Change): Position => events.at(-1)!.position;

/** All frames but the last carry the id of what was complete before: a cut in the middle repeats, it never loses. */
async function tell(watcher: Watcher, change: Change): Promise<void> {
  const { at } = change.events.at(-1)!.meta;
  const end = endOf(change);
  const frames: Frame[] = watcher.events ? change.events.map((data) => ({ event: 'event', id: watcher.told, data })) : [];
  const now = leaderBody(change.after, end, at);
  if (change.before.version === 0 || faceOf(leaderBody(change.before, end, at)) !== faceOf(now)) {
    frames.push({ event: 'leader', id: watcher.told, data: now });
  }
  watcher.told = end;
  if (frames.length === 0) return;
  frames.at(-1)!.id = end;
  await watcher.sink.send(frames);
}
