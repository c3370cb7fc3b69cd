import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { Anchor, Position } from '@conclave/event-store';
import { replaceFile } from '../files/kept-file.js';

/**
 * Raised whenever any fold changes what it keeps: an older snapshot is then ignored, and the log is read from
 * the start.
 */
const FORMAT = 13;

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

/** Atomically, with a checksum: a half-written or damaged file is never taken for a snapshot. */
export function writeSnapshot(path: string, snapshot: Snapshot): void {
  const body = serialize({ format: FORMAT, ...snapshot });
  replaceFile(path, Buffer.concat([createHash('sha256').update(body).digest(), body]));
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
