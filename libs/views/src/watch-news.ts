import type { Append, Id } from '@conclave/election';
import type { Position } from '@conclave/event-store';
import { faceOf, leaderBody } from './bodies.js';

/** One piece of news. `id`: everything up to that position has been told; a resume by it misses nothing. */
export interface Frame {
  event: 'leader' | 'event' | 'synced' | 'unreadable';
  id: Position | null;
  data: object;
  /** `data` as text, if it was made for others, too. */
  json?: string;
}

export interface WatchOptions {
  group: Id | null;
  /** Groups that may be told of. */
  isShown?: (group: Id) => boolean;
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

type News = Omit<Frame, 'id'>;
/** What an append says, made and serialised once for all who watch. */
const made = new WeakMap<Append, { events: () => News[]; leader: () => News[] }>();

export function newsOf(append: Append): { events: () => News[]; leader: () => News[] } {
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
