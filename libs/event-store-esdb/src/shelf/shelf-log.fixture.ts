import { VersionConflict } from '@conclave/event-store';
import type { Proposed } from '../appending/proposed.js';

export const STREAM = '~p.snapshot';

export interface Stored {
  id: string;
  type: string;
  isJson: boolean;
  data: unknown;
  metadata: unknown;
  revision: bigint;
  position: { commit: bigint };
}
const jsonOf = (bytes: Uint8Array): unknown =>
  bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString()) : undefined;

/** The rules of the real server (facts 2.3, 5) for one stream and its metadata, no more. */
export class ShelfLog {
  private readonly streams = new Map<string, Stored[]>();

  private of(stream: string): Stored[] {
    let events = this.streams.get(stream);
    if (!events) this.streams.set(stream, (events = []));
    return events;
  }

  /** What can be read; `behind`: on a node that lacks the last ones. */
  read(stream: string, behind = 0): Stored[] {
    const all = this.of(stream);
    const told = this.of(`$$${stream}`).at(-1)?.data as { $tb?: number } | undefined;
    return all
      .slice(0, Math.max(0, all.length - behind))
      .filter(({ revision }) => Number(revision) >= (told?.$tb ?? 0));
  }

  append(stream: string, version: number, events: readonly Proposed[]) {
    const all = this.of(stream);
    const isSame = events.every(({ id }, n) => all[version + n]?.id === id);
    if (version < all.length && isSame) return { version: version + events.length, position: '1' };
    if (version !== all.length) throw new VersionConflict(stream, version, all.length);
    for (const { id, type, data, meta, isBinary } of events)
      all.push({
        id,
        type,
        isJson: !isBinary,
        data: isBinary ? Buffer.from(data) : jsonOf(data),
        metadata: jsonOf(meta),
        revision: BigInt(all.length),
        position: { commit: 10n ** 9n },
      });
    return { version: all.length, position: '1' };
  }
}
