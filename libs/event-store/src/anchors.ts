import type { EventStore, StoredEvent } from './event-store.js';

/** An event that was read from the log, where it stood: as long as it stands there, the log is the same up to it. */
export type Anchor = Pick<StoredEvent, 'stream' | 'version' | 'id' | 'position'>;

export const anchorOf = ({ stream, version, id, position }: StoredEvent): Anchor => ({ stream, version, id, position });

/**
 * Says what is not where it was, null if everything is. A log that was restored from a backup has lost what was read last,
 * and perhaps has something else in its place. `isLasting`: streams of which nothing is ever truncated.
 */
export async function findMoved(
  store: Pick<EventStore, 'read'>,
  anchors: readonly Anchor[],
  isLasting: (stream: string) => boolean,
): Promise<string | null> {
  for (const { stream, version, id, position } of anchors) {
    let found: StoredEvent | null = null;
    for await (found of store.read(stream, version)) break;
    if (found && found.version > version && !isLasting(stream)) continue; // truncated up to there meanwhile: it tells nothing
    if (found?.version === version && found.id === id && found.position === position) continue;
    return `stream "${stream}" had event ${id} as version ${version} at position ${position}, and ${describe(found, version)}`;
  }
  return null;
}

const describe = (found: StoredEvent | null, version: number): string =>
  found?.version === version ? `now has ${found.id} at position ${found.position}` : 'does not have it now';
