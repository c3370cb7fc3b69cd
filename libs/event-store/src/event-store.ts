/**
 * Opaque checkpoint in the whole log. Only stores make them and only {@link comparePositions} looks inside.
 */
export type Position = string;

/** Before the first event of every store. */
export const START: Position = '0';
const POSITION = /^(0|[1-9]\d{0,19})$/;
export const isPosition = (text: string): boolean => POSITION.test(text);

/** Order of two positions of one store: negative if `a` comes first. */
export function comparePositions(a: Position, b: Position): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `data` and `meta` are plain JSON values without `undefined`. */
export interface NewEvent {
  id: string;
  type: string;
  data: object;
  meta: object;
}

export interface StoredEvent extends NewEvent {
  stream: string;
  /** Counts from 1 within the stream. */
  version: number;
  position: Position;
  /** When the store wrote it, by its own clock, ms since the epoch; told by `subscribe` where the store {@link EventStore.keepsTime}. */
  writtenMs?: number;
}

export interface CaughtUp {
  type: 'caught-up';
  position: Position;
}

/**
 * Much was passed that is not ours. Whoever follows from `position` of its last event may give `checkpoint`
 * along, and is not kept waiting for that again. Only the store that made it looks inside.
 */
export interface Passed {
  type: 'passed';
  position: Position;
  checkpoint: string;
}
export type Item = StoredEvent | CaughtUp | Passed;
export const isEvent = (item: Item): item is StoredEvent => 'stream' in item;
export const isCaughtUp = (item: Item): item is CaughtUp => !isEvent(item) && item.type === 'caught-up';

/** What an append answers: the stream's new version and the position of the last event written. */
export interface Appended {
  version: number;
  position: Position;
}

/** Of what any server could make of the log itself, see {@link Shelf}. */
export interface Shelved {
  /** How far of the log it was made. */
  position: Position;
  /** What whoever put it there says of it: plain JSON. */
  about: unknown;
}

/**
 * A place in the store, beside the log, for one thing that any server could make of the log itself, which would take it long.
 * It is no part of the log: who follows that is not told of it, and nothing is lost where it is not there. Methods reject
 * with a StoreError.
 */
export interface Shelf {
  /** What was put there last as a whole. Tried once: whoever starts is not to wait for a store that does not answer. */
  last(): Promise<Shelved | null>;
  /** Of what {@link last} gave. They end early where it is gone: what is put there must tell by itself that it is whole. */
  bytesOf(shelved: Shelved): AsyncIterable<Uint8Array>;
  /**
   * Whether one of this position may be put there, and is worth it: so much was written since the last one that another one
   * is little beside it, or `isOverdue` says so of that.
   */
  isDue(position: Position, isOverdue: (last: Shelved) => boolean): Promise<boolean>;
  /** In its place. False: another server is at it, or has put one there that is newer; this one stays away. */
  put(shelved: Shelved, bytes: AsyncIterable<Uint8Array>): Promise<boolean>;
  /** What was made of less of the log than this is gone from there for good, and is not put there any more. Can be repeated. */
  drop(before: Position): Promise<void>;
}

/**
 * The port. One log, many streams, one total order. Every method rejects with a {@link StoreError} and
 * nothing else.
 */
export interface EventStore {
  /** For people: which store this is, without credentials. */
  readonly name: string;

  /**
   * How long a node may still answer that has not noticed that the others went on without it. What is missing
   * there may only be missing there: whoever concludes something from it looks again after this time. 0:
   * there is one node only.
   */
  readonly staleMs: number;

  /** True if the store has a clock of its own, and says of each event when it was written. */
  readonly keepsTime?: boolean;

  /** True if nobody else can write to it as long as it is open here. */
  readonly isExclusive?: boolean;

  /** What people should know of it as it was opened, though it can be used; null: nothing. */
  readonly problem?: string | null;

  /** What a stream is called in the store itself, for people who look there. */
  nameOf(stream: string): string;

  /** Events of one stream from version `from` (default 1), oldest first; an unknown stream is empty. */
  read(stream: string, from?: number): AsyncIterable<StoredEvent>;

  /**
   * Events must be whole appends (see {@link Part}; TypeError otherwise). Writes all or nothing if the
   * stream's version is exactly `expectedVersion` (0 = no events yet), and answers when it is durable (G6).
   * The same ids at the same version again are one write: a caller whose answer was lost repeats. Throws
   * `VersionConflict` otherwise.
   */
  append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended>;

  /**
   * Appends one event at whatever version the stream has, an append of its own; only where order decides, not
   * versions (the presence log). Resolves when it is durable. What is published while a write runs shares the
   * next one.
   */
  publish(stream: string, event: NewEvent): Promise<void>;

  /**
   * Every event of every stream after `from`, in the one order, without gaps: first history, then `caught-up`
   * (once), then live until `signal` aborts (ends quietly) or it breaks: throws, `SubscriptionDropped` if it
   * had worked. Events of one append may come with time between them; resume from the position of the last
   * one that was whole. `checkpoint`: of the last {@link Passed} after it; if it is not in the log any more
   * it is left out of account.
   */
  subscribe(from: Position, signal: AbortSignal, checkpoint?: string | null): AsyncIterable<Item>;

  /**
   * Events of a stream that were written more than `keepMs` before `nowMs` may go, in time; versions and positions stay
   * as they are. Call it now and then: a store may do its part of the work in it.
   */
  expire(stream: string, keepMs: number, nowMs: number): Promise<void>;

  /**
   * Events of a stream below this version are gone for good, but never its last one: no read tells of them, versions and
   * positions stay as they are. Whoever follows the whole log may be told of some of them still. Can be repeated.
   */
  truncate(stream: string, before: number): Promise<void>;

  /**
   * What is truncated in `letGo` is in no byte of the store's files any more, as far as the store has a hand in that. False: not
   * before it is opened next; so also after a crash. Without it the store has no hand in that.
   */
  wipe?(letGo: () => Promise<void>): Promise<boolean>;

  /**
   * For the copy of a log that was truncated: events that are not there any more get place holders of this type, so that the
   * next append is at `version`; truncate them. Does nothing to a stream that has come so far. Can be repeated.
   */
  begin(stream: string, version: number, type: string): Promise<void>;

  /** The one of this name; without it a store keeps nothing beside the log that other servers find. */
  shelf?(name: string): Shelf;

  /** Waits for running writes, then lets go of the store. */
  close(): Promise<void>;
}
