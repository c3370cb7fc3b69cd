import {
  KEYS_STREAM,
  MARKS_AT_ONCE,
  PART_BYTES,
  type ChainPiece,
  type ExtendBody,
  type GroupMark,
  type GroupPiece,
  type KnownReply,
  type LinkedEvent,
} from '@conclave/audit';
import { streamOf } from '@conclave/election';
import { GENESIS_HASH, hashOf, type EventStore, type StoredEvent } from '@conclave/event-store';
import { giveWay } from '@conclave/kernel';

type Reading = Pick<EventStore, 'read'>;
type Part = Omit<ExtendBody, 'checkpoint' | 'part'>;
interface Extent {
  version: number;
  head: string;
}
const NOTHING: Extent = { version: 0, head: GENESIS_HASH };

/** What a witness must be told to see that a log goes on: in parts, read as they are sent. */
export class LogTold {
  constructor(
    private readonly store: Reading,
    private readonly stopped: AbortSignal,
  ) {}

  /** Identity of the log: the hash of the first event in its record of keys. */
  async identity(): Promise<string> {
    for await (const first of this.store.read(KEYS_STREAM)) return hashOf(first);
    throw new Error('no key of this log is published yet');
  }

  /** Whether the log has an event as the witness has it: a checkpoint without it is merely older then. */
  async has({ group, version, head }: GroupMark): Promise<boolean> {
    for await (const event of this.store.read(streamOf(group), version))
      return event.version === version && hashOf(event) === head;
    return false;
  }

  /** To a witness that has met the log, `known` with `knownMarks`, or to one that has not. */
  async *parts(
    own: readonly GroupMark[],
    known: KnownReply | null,
    knownMarks: ReadonlyMap<string, GroupMark>,
  ): AsyncGenerator<Part> {
    for await (const { before, after, events } of this.chain(KEYS_STREAM, known?.keys ?? NOTHING, null))
      if (events.length > 0 || after !== known?.keys.version || before !== known.keys.head)
        yield { keys: { before, after, events } };
    if (known) yield* packed(this.groups(own, knownMarks));
    else
      for (let from = 0; from < own.length; from += MARKS_AT_ONCE)
        yield { marks: own.slice(from, from + MARKS_AT_ONCE) };
  }

  private async *groups(
    own: readonly GroupMark[],
    known: ReadonlyMap<string, GroupMark>,
  ): AsyncGenerator<GroupPiece> {
    const missing = new Set(known.keys());
    for (const mark of own) {
      const { group } = mark;
      missing.delete(group);
      await giveWay();
      const from = known.get(group) ?? NOTHING;
      if (from.version === mark.version && from.head === mark.head) continue;
      for await (const piece of this.chain(streamOf(group), from, mark)) yield { group, ...piece };
    }
    for (const group of missing) yield { group, after: 0, before: GENESIS_HASH, events: [] };
  }

  /** What follows on a version, at least one piece; `end`: null: where the stream ends. */
  private async *chain(stream: string, known: Extent, end: Extent | null): AsyncGenerator<ChainPiece> {
    const from = known.version;
    if (end && end.version < from) return yield { after: end.version, before: end.head, events: [] };
    let last = NOTHING;
    let piece: ChainPiece | null = null;
    let bytes = 0;
    for await (const event of this.store.read(stream, Math.max(1, from))) {
      if (end && event.version > end.version) break;
      this.stopped.throwIfAborted();
      await giveWay();
      if (event.version > from) {
        if (last.version === 0 && event.version === from + 1) last = known; // what was before is sealed
        if (event.version !== last.version + 1) throw new Gone(stream, from, event.version);
        piece ??= { after: last.version, before: last.head, events: [] };
        const linked = linkedOf(event);
        piece.events.push(linked);
        bytes += sizeOf(linked);
      }
      last = { version: event.version, head: hashOf(event) };
      if (!piece || bytes < PART_BYTES) continue;
      yield piece;
      [piece, bytes] = [null, 0];
    }
    if (last.version === 0 && from > 0) last = await this.endOf(stream);
    if (piece || last.version <= from) yield piece ?? { after: last.version, before: last.head, events: [] };
  }

  private async endOf(stream: string): Promise<Extent> {
    let last = NOTHING;
    for await (const event of this.store.read(stream)) last = { version: event.version, head: hashOf(event) };
    return last;
  }
}

/** What the witness has not seen is sealed, and in archives only: no tampering, but nothing that it can check. */
class Gone extends Error {
  constructor(stream: string, from: number, first: number) {
    super(
      `it knows "${stream}" up to version ${from}, and what follows up to ${first - 1} is sealed: it has to meet this log anew (docs/witness.md)`,
    );
  }
}

const linkedOf = ({ version, type, data, meta }: StoredEvent): LinkedEvent =>
  ({ version, type, data, meta }) as LinkedEvent;
const sizeOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));

/** As many as fit into a part. */
async function* packed(pieces: AsyncIterable<GroupPiece>): AsyncGenerator<Part> {
  let groups: GroupPiece[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    const size = sizeOf(piece);
    if (groups.length > 0 && bytes + size > PART_BYTES) {
      yield { groups };
      [groups, bytes] = [[], 0];
    }
    groups.push(piece);
    bytes += size;
  }
  if (groups.length > 0) yield { groups };
}
