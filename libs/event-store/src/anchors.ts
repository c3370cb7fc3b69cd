import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from './errors.js';
import type { EventStore, StoredEvent } from './event-store.js';

/**
 * An event that was read from the log, where it stood: as long as it stands there, the log is the same up to
 * it.
 */
export type Anchor = Pick<StoredEvent, 'stream' | 'version' | 'id' | 'position'>;

export const anchorOf = ({ stream, version, id, position }: StoredEvent): Anchor => ({
  stream,
  version,
  id,
  position,
});

/**
 * Everything that Conclave writes says the version of its form. What others put into our streams they may
 * also take away again.
 */
export const isOwn = ({ meta }: { meta: object }): boolean => Number.isInteger((meta as { v?: unknown }).v);

/** While it is looked at again. */
export interface Doubt {
  begins?: () => void;
  signal?: AbortSignal;
}

/**
 * What the log is known again by: the last of our events that was read, and the last of a stream that is
 * never truncated.
 */
export class Anchors {
  private last: Anchor | null = null;
  private lasting: Anchor | null = null;

  constructor(private readonly isLasting: (stream: string) => boolean) {}

  note(anchor: Anchor): void {
    this.last = anchor;
    if (this.isLasting(anchor.stream)) this.lasting = anchor;
  }

  get all(): Anchor[] {
    return [...new Set([this.lasting, this.last])].filter((anchor) => anchor !== null);
  }

  /** See {@link lookForMoved}. */
  async findMoved(store: Pick<EventStore, 'read' | 'staleMs'>, doubt: Doubt): Promise<string | null> {
    return lookForMoved(store, this.all, this.isLasting, doubt);
  }
}

/**
 * Says what is not where it was, null if everything is. A log that was restored from a backup has lost what
 * was read last, and perhaps has something else in its place. `isLasting`: streams that are never
 * gone as a whole.
 */
export async function findMoved(
  store: Pick<EventStore, 'read'>,
  anchors: readonly Anchor[],
  isLasting: (stream: string) => boolean,
): Promise<string | null> {
  for (const { stream, version, id, position } of anchors) {
    const found = await firstFrom(store, stream, version);
    if (found === 'deleted') continue; // by hand, and for good: nobody can ever write there again (G1)
    // Truncated up to there meanwhile (sealed, or expired), or expired as a whole: that tells nothing.
    if (found ? found.version > version : !isLasting(stream) && !(await firstFrom(store, stream, 1)))
      continue;
    if (found?.version === version && found.id === id && found.position === position) continue;
    return `stream "${stream}" had event ${id} as version ${version} at position ${position}, and ${describe(found, version)}`;
  }
  return null;
}

/**
 * What `find` finds wrong with the log, looked at again before anything is concluded from it: the first answer may have come
 * from a node that is behind.
 */
export async function foundTwice<T>(
  { staleMs }: Pick<EventStore, 'staleMs'>,
  find: () => Promise<T | null>,
  { begins, signal }: Doubt = {},
): Promise<T | null> {
  const found = await find();
  if (found === null || staleMs === 0) return found;
  begins?.();
  await sleep(staleMs, undefined, { signal }).catch(() => undefined);
  return find();
}

/** {@link findMoved}, {@link foundTwice}. */
export const lookForMoved = async (
  store: Pick<EventStore, 'read' | 'staleMs'>,
  anchors: readonly Anchor[],
  isLasting: (stream: string) => boolean,
  doubt?: Doubt,
): Promise<string | null> => foundTwice(store, async () => findMoved(store, anchors, isLasting), doubt);

/** True if it stands where it stood. False where its stream is deleted, or truncated up to there: that tells nothing. */
export async function stands(
  store: Pick<EventStore, 'read'>,
  { stream, version, id }: Anchor,
): Promise<boolean> {
  const found = await firstFrom(store, stream, version);
  return found !== null && found !== 'deleted' && found.id === id;
}

async function firstFrom(
  store: Pick<EventStore, 'read'>,
  stream: string,
  version: number,
): Promise<StoredEvent | 'deleted' | null> {
  try {
    for await (const event of store.read(stream, version)) return event;
    return null;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'stream-deleted') return 'deleted';
    throw error;
  }
}

const describe = (found: StoredEvent | null, version: number): string =>
  found?.version === version ? `now has ${found.id} at position ${found.position}` : 'does not have it now';
