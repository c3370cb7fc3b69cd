/** An event as the double keeps it. */
export interface Recorded {
  stream: string;
  revision: bigint;
  position: bigint;
  id: string;
  type: string;
  contentType: string;
  data: Uint8Array;
  meta: Uint8Array;
  createdMs: number;
}
export type Proposed = Pick<Recorded, 'id' | 'type' | 'contentType' | 'data' | 'meta'>;
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;
export type Written =
  | { kind: 'written'; revision: bigint; position: bigint }
  | { kind: 'wrong-version'; current: bigint }
  | { kind: 'deleted' };

const DELETED_SOFTLY = 9_223_372_036_854_775_807n;
interface StreamMetadata {
  $tb?: number;
  $maxCount?: number;
  $maxAge?: number;
}

/** The log with the rules of the real server (facts 2.3, 5). It outlives the server in front of it. */
export class DoubleLog {
  readonly all: Recorded[] = [];
  /** Ids that `any` recognises: a cache that a restart and a new leader empty (facts 2.3). */
  readonly recentIds = new Map<string, Recorded>();
  /** False: the cache is gone before it is asked, as at a failover between a write and its repetition. */
  remembersIds = true;
  readonly followers = new Set<() => void>();
  private readonly streams = new Map<string, Recorded[]>();
  private readonly tombstoned = new Set<string>();
  private readonly removed = new Set<bigint>();
  private end = 100n;

  append(stream: string, expected: Expected, events: readonly Proposed[]): Written {
    if (this.tombstoned.has(stream)) return { kind: 'deleted' };
    const deletedSoftly = this.isDeletedSoftly(stream);
    if (expected === 'stream_exists' && deletedSoftly) return { kind: 'deleted' };
    const current = this.current(stream);
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && current < 0n && this.current(`$$${stream}`) < 0n)
        return { kind: 'wrong-version', current };
      return this.appendIfUnknown(stream, current, events, deletedSoftly);
    }
    const at = expected === 'no_stream' ? -1n : expected;
    if (at > current) return { kind: 'wrong-version', current };
    // no look at ids at all (facts 2.3.5)
    if (at === current) return this.write(stream, events, deletedSoftly);
    const same = events.map((event, k) => this.streams.get(stream)?.[Number(at) + 1 + k]?.id === event.id);
    if (same.every(Boolean)) return this.replayed(stream, at + BigInt(events.length));
    if (!same[0] && expected === 'no_stream' && deletedSoftly) return this.write(stream, events, true);
    return { kind: 'wrong-version', current };
  }

  private appendIfUnknown(
    stream: string,
    current: bigint,
    events: readonly Proposed[],
    deletedSoftly: boolean,
  ): Written {
    const known = events.map(({ id }) => this.recentIds.get(`${stream}/${id}`));
    if (!known[0]) return this.write(stream, events, deletedSoftly);
    return known.every(Boolean)
      ? this.replayed(stream, known.at(-1)!.revision)
      : { kind: 'wrong-version', current };
  }

  private replayed(stream: string, revision: bigint): Written {
    return { kind: 'written', revision, position: this.streams.get(stream)![Number(revision)]!.position };
  }

  private write(stream: string, events: readonly Proposed[], deletedSoftly: boolean): Written {
    const recorded = this.streams.get(stream) ?? [];
    this.streams.set(stream, recorded);
    const first = BigInt(recorded.length);
    for (const event of events) {
      this.end += 137n + BigInt(event.data.length); // sparse, so that nobody computes with positions
      const record = {
        ...event,
        stream,
        revision: BigInt(recorded.length),
        position: this.end,
        createdMs: Date.now(),
      };
      recorded.push(record);
      this.all.push(record);
      if (this.remembersIds) this.recentIds.set(`${stream}/${event.id}`, record);
    }
    if (deletedSoftly) this.setMetadata(stream, { ...this.metadataOf(stream), $tb: Number(first) });
    for (const follower of this.followers) follower();
    return { kind: 'written', revision: BigInt(recorded.length) - 1n, position: recorded.at(-1)!.position };
  }

  /** Index of the first record at or after a position. */
  indexFrom(position: bigint): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What a read of the stream sees, or why it sees nothing. `$all` sees everything. */
  visible(stream: string): Recorded[] | 'not-found' | 'deleted' {
    if (this.tombstoned.has(stream)) return 'deleted';
    const recorded = this.streams.get(stream);
    if (!recorded || this.isDeletedSoftly(stream)) return 'not-found';
    const { $tb = 0, $maxCount = 0, $maxAge = 0 } = this.metadataOf(stream);
    // 0 is no limit; a $tb above the head hides later events too (facts 5)
    const first = Math.max($tb, recorded.length - ($maxCount || Infinity));
    return recorded.filter(
      ({ revision, createdMs }) =>
        revision >= first && createdMs >= Date.now() - ($maxAge || Infinity) * 1000,
    );
  }

  deleteSoftly(stream: string): void {
    this.setMetadata(stream, `{"$tb":${DELETED_SOFTLY}}`);
  }

  tombstone(stream: string): void {
    const nothing = new Uint8Array();
    this.write(
      stream,
      [
        {
          id: crypto.randomUUID(),
          type: '$streamDeleted',
          contentType: 'application/json',
          data: nothing,
          meta: nothing,
        },
      ],
      false,
    );
    this.tombstoned.add(stream);
  }

  /** What its stream shows no more is removed, also from `$all`; where it stood, positions may point for ever. */
  scavenge(): void {
    // the last one of each stream stays (facts 5)
    const shown = (id: string) => ((seen) => (typeof seen === 'string' ? [] : seen))(this.visible(id));
    const kept = new Set([...this.streams].flatMap(([id, all]) => shown(id).concat(all.slice(-1))));
    for (const record of this.all) if (!kept.has(record)) this.removed.add(record.position);
    this.all.splice(0, this.all.length, ...this.all.filter((record) => kept.has(record)));
  }
  /** True if a record begins there, or did. */
  isStart = (position: bigint): boolean =>
    this.removed.has(position) || this.all[this.indexFrom(position)]?.position === position;

  /** A copy from an earlier moment was put back. The server must be down. */
  rewindTo(position: bigint): void {
    const isKept = (record: Recorded): boolean => record.position <= position;
    this.all.splice(0, this.all.length, ...this.all.filter(isKept));
    for (const [stream, recorded] of this.streams) this.streams.set(stream, recorded.filter(isKept));
    this.recentIds.clear();
    this.end = position;
  }

  private setMetadata(stream: string, document: object | string): void {
    const data = new TextEncoder().encode(typeof document === 'string' ? document : JSON.stringify(document));
    this.write(
      `$$${stream}`,
      [
        {
          id: crypto.randomUUID(),
          type: '$metadata',
          contentType: 'application/json',
          data,
          meta: new Uint8Array(),
        },
      ],
      false,
    );
  }

  private current(stream: string): bigint {
    return BigInt(this.streams.get(stream)?.length ?? 0) - 1n;
  }

  private isDeletedSoftly(stream: string): boolean {
    return (this.metadataOf(stream).$tb ?? 0) >= Number(DELETED_SOFTLY);
  }

  private metadataOf(stream: string): StreamMetadata {
    const last = this.streams.get(`$$${stream}`)?.at(-1);
    try {
      return last ? (JSON.parse(new TextDecoder().decode(last.data)) as StreamMetadata) : {};
    } catch {
      return {}; // as the server does (facts 5)
    }
  }
}
