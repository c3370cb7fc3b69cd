import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Anchor, Position } from '@conclave/event-store';
import type { Config } from '../config.js';

/** Raised whenever any fold changes what it keeps: an older snapshot is then ignored, and the log is read from the start. */
const FORMAT = 10;

export interface Snapshot {
  position: Position;
  /** The last events read. If the log does not hold exactly these, it is not the one that the snapshot was taken of. */
  anchors: Anchor[];
  folds: Record<string, unknown>;
}

/** Where this server keeps a file of its own that belongs to its store; null for a store that ends with the process. */
export function besideStore({ store, prefix }: Pick<Config, 'store' | 'prefix'>, kind: 'snapshot' | 'key' | 'known'): string | null {
  if (store === 'sqlite::memory:') return null;
  if (store.startsWith('sqlite:')) return `${store.slice('sqlite:'.length)}.${kind}`;
  return join('data', `esdb-${createHash('sha256').update(`${store}\n${prefix}`).digest('hex').slice(0, 12)}.${kind}`);
}

/** Atomically, with a checksum: a half-written or damaged file is never taken for a snapshot. */
export function writeSnapshot(path: string, snapshot: Snapshot): void {
  const body = serialize({ format: FORMAT, ...snapshot });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}.new`, Buffer.concat([createHash('sha256').update(body).digest(), body]));
  renameSync(`${path}.${process.pid}.new`, path);
}

/** The snapshot if there is a whole one that fits this version; null otherwise, which costs only time. */
export function readSnapshot(path: string): Snapshot | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  const body = bytes.subarray(32);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, 32))) return null;
  const { format, ...snapshot } = deserialize(body) as Snapshot & { format: number };
  return format === FORMAT ? snapshot : null;
}
