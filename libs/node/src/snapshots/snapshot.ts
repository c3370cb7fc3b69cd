import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { Anchor, Position } from '@conclave/event-store';
import { DraftFile } from '../files/kept-file.js';
import { packTenures } from '@conclave/views';
import { packHead, unpackHead } from './packed-head.js';
import { upgrade } from './snapshot-before.js';

/**
 * Raised whenever any fold changes what it keeps. A snapshot of a format before is turned into one of today where that can
 * be (snapshot-before.ts); another one is ignored, and the log is read from the start.
 */
export const FORMAT = 31;
/** Items of a list that are written at once, some 70 kB; between two pieces others may have their turn. */
const AT_ONCE = 10;
/** Of an iterator's, which are small. */
const ROWS_AT_ONCE = 200;
/** Lists that stand deeper are written as a whole. */
const DEEPEST = 4;
/** Lists whose items stand in a shorter form. */
const PACKED: Partial<Record<string, [pack: (item: never) => unknown, unpack?: (item: never) => unknown]>> = {
  'folds.groups.heads': [packHead, unpackHead],
  'folds.tenures': [packTenures],
};

export interface Snapshot {
  /** Of the server that took it. */
  version: string;
  position: Position;
  /** See {@link Passed}. */
  checkpoint: string | null;
  /**
   * The last events read. If the log does not hold exactly these, it is not the one that the snapshot was
   * taken of.
   */
  anchors: Anchor[];
  folds: Record<string, unknown>;
}

/** Of what it was taken. */
export type Taken = Pick<Snapshot, 'position' | 'anchors'>;

/**
 * A fold that a snapshot can bring back. What it saves must not change afterwards; where it gives an iterator, what that gives
 * may be newer than the rest: reading on from there must come to the same.
 */
export interface Restorable {
  saved(): unknown;
  restore(saved: never): void;
}

/** A value in pieces: where it belongs, and it, or some items of a list that stands there. */
type Piece = [path: string[], isList: boolean, value: unknown];

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isLazy = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value;

function* inLots(rows: Iterable<unknown>): Generator<unknown[]> {
  let lot: unknown[] = [];
  for (const row of rows) {
    if (lot.push(row) < ROWS_AT_ONCE) continue;
    yield lot;
    lot = [];
  }
  yield lot;
}

function* piecesOf(value: unknown, path: string[] = []): Generator<Piece> {
  if (isLazy(value)) {
    for (const rows of inLots(value)) yield [path, true, rows];
    return;
  }
  const names = isPlain(value) && path.length < DEEPEST ? Object.keys(value) : [];
  if (Array.isArray(value)) {
    const [pack] = PACKED[path.join('.')] ?? [];
    for (let at = 0; at === 0 || at < value.length; at += AT_ONCE) {
      const some = value.slice(at, at + AT_ONCE);
      yield [path, true, pack ? some.map((item) => pack(item as never)) : some];
    }
  } else if (names.length > 0) {
    for (const name of names) yield* piecesOf((value as Record<string, unknown>)[name], [...path, name]);
  } else yield [path, false, value];
}

function put(whole: Record<string, unknown>, [path, isList, value]: Piece): void {
  let place = whole;
  for (const name of path.slice(0, -1)) {
    if (!Object.hasOwn(place, name)) place[name] = {}; // others' snapshots may name what every object has
    place = place[name] as Record<string, unknown>;
  }
  const name = path.at(-1)!;
  if (!isList) {
    place[name] = value;
    return;
  }
  const [, unpack] = (whole.format === FORMAT && PACKED[path.join('.')]) || [];
  const items = value as never[];
  ((place[name] ??= []) as unknown[]).push(...(unpack ? items.map((item) => unpack(item)) : items));
}

/**
 * Atomically, with a checksum: a half-written or damaged file is never taken for a snapshot. `breathe` is awaited between
 * pieces; what the snapshot holds must not change meanwhile.
 */
export async function writeSnapshot(
  path: string,
  snapshot: Snapshot,
  breathe: () => Promise<void>,
): Promise<void> {
  const file = new DraftFile(path);
  try {
    const hash = createHash('sha256');
    for (const piece of piecesOf({ format: FORMAT, ...snapshot })) {
      const body = serialize(piece);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      for (const bytes of [head, body]) {
        hash.update(bytes);
        file.write(bytes);
      }
      // given back at once: memory that waits for a collection brings one about, which stops everybody for 40 to 110 ms
      body.buffer.transfer(0);
      await breathe();
    }
    file.write(hash.digest());
    file.replace();
  } finally {
    file.drop();
  }
}

/** The snapshot if there is a whole one that fits this version; null otherwise, which costs only time. */
export function readSnapshot(path: string): Snapshot | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  const body = bytes.subarray(0, -32);
  if (bytes.length < 32 || !createHash('sha256').update(body).digest().equals(bytes.subarray(-32)))
    return null;
  const whole: Record<string, unknown> = {};
  for (let at = 0; at < body.length;) {
    const length = body.readUInt32LE(at);
    put(whole, deserialize(body.subarray(at + 4, at + 4 + length)) as Piece);
    at += 4 + length;
  }
  const { format, ...snapshot } = whole as unknown as Snapshot & { format: number };
  const folds = format === FORMAT ? snapshot.folds : upgrade(format, snapshot.folds);
  return folds && { ...snapshot, folds };
}
