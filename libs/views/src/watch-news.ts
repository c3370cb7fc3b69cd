import type { Append, GroupHead, Id } from '@conclave/election';
import { comparePositions, type Position } from '@conclave/event-store';
import { faceOf, leaderBody } from './bodies.js';
import { idOf } from './watch-place.js';

/** One piece of news. `id`: everything up to that place has been told; a resume by it misses nothing. */
export interface Frame {
  readonly event: 'leader' | 'event' | 'synced' | 'unreadable';
  readonly id: string | null;
  readonly data: object;
  /** `data` as text, if it was made for others, too. */
  readonly json?: string;
}

export interface WatchOptions {
  group: Id | null;
  /** Groups that may be told of. */
  isShown?: (group: Id) => boolean;
  events: boolean;
  /** Groups whose events may be told; of the others it is told who leads. */
  eventsOf?: (group: Id) => boolean;
  resumeAfter: Position | null;
}
/**
 * Where frames go. `send` resolves when the client can take more; a replay waits for it, live news does not. Who is told the
 * same gets the same array.
 */
export interface WatchSink {
  send(frames: readonly Frame[]): Promise<void> | void;
  overflow(): void;
  end(): void;
}

/**
 * Who leads in these groups. `synced`: position up to which all has been told with that, null: more follows. Nothing before
 * that has an id: a snapshot that was cut begins anew.
 */
export function openingOf(
  heads: readonly GroupHead[],
  at: string,
  group: Id | null,
  synced: { position: Position; accepted: number } | null,
): Frame[] {
  const whole = synced && idOf(synced);
  const id = group === null ? null : whole;
  const leaders = heads.map(({ state, position }): Frame => {
    return { event: 'leader', id, data: leaderBody(state, position, at) };
  });
  if (group !== null || synced === null) return leaders;
  return [...leaders, { event: 'synced', id: whole, data: { position: synced.position } }];
}

export interface Watcher extends WatchOptions {
  sink: WatchSink;
  told: Position;
  backlog: Append[] | null;
  /** Its turn to be told what it missed has not come: that will be read from the log. */
  isWaiting?: boolean;
}

export const everything = (_group: Id): boolean => true;

export const isFor = ({ group, isShown = everything }: Watcher, append: Append): boolean =>
  group !== null ? group === append.group : isShown(append.group);

/**
 * Nothing older after something newer, and nothing twice. All frames but the last carry the id of what was complete
 * before: a cut in the middle repeats, it never loses.
 */
export function tell(watcher: Watcher, append: Append, accepted: number): Promise<void> | void {
  const { position: end } = append.events.at(-1)!;
  if (comparePositions(end, watcher.told) <= 0) return;
  const { eventsOf = everything } = watcher;
  const isWhole = watcher.events && eventsOf(append.group);
  const frames = framesOf({ append, after: watcher.told, isWhole, accepted });
  watcher.told = end;
  if (frames.length > 0) return watcher.sink.send(frames);
}

interface Wanted {
  append: Append;
  after: Position;
  isWhole: boolean;
  accepted: number;
}
/** The latest of both kinds: many who watch were told the same until now. */
const latest: { whole?: Wanted & { frames: Frame[] }; other?: Wanted & { frames: Frame[] } } = {};

function framesOf(wanted: Wanted): readonly Frame[] {
  const { append, after, isWhole, accepted } = wanted;
  const kind = isWhole ? 'whole' : 'other';
  const known = latest[kind];
  if (known?.append === append && known.after === after && known.accepted === accepted) return known.frames;
  const { events, leader } = newsOf(append);
  const news = [...(isWhole ? events() : []), ...leader()];
  const position = (index: number) => (index < news.length - 1 ? after : append.events.at(-1)!.position);
  const frames = news.map((one, index) => ({ ...one, id: idOf({ position: position(index), accepted }) }));
  latest[kind] = { ...wanted, frames };
  return frames;
}

type News = Omit<Frame, 'id'>;
/** What an append says, made and serialised once for all who watch. */
const made = new WeakMap<Append, { events: () => News[]; leader: () => News[] }>();

function newsOf(append: Append): { events: () => News[]; leader: () => News[] } {
  const known = made.get(append);
  if (known) return known;
  const news = {
    events: once(() => append.events.map((data) => newsItem('event', data))),
    leader: once(() => change(append)),
  };
  made.set(append, news);
  return news;
}

function change({ events, before, after }: Append): News[] {
  const { position: end, meta } = events.at(-1)!;
  const now = leaderBody(after, end, meta.at);
  const isNews = before.version === 0 || faceOf(leaderBody(before, end, meta.at)) !== faceOf(now);
  return isNews ? [newsItem('leader', now)] : [];
}

const newsItem = (event: Frame['event'], data: object): News => ({ event, data, json: JSON.stringify(data) });

function once<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}
