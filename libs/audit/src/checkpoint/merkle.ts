import { sha256Of } from '@conclave/event-store';

// The Merkle tree of RFC 6962, section 2.1: leaves and nodes are told apart by their first byte, and a tree of n leaves is
// split at the largest power of two below n.

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export const leafHash = (data: string): Buffer => sha256Of(LEAF, Buffer.from(data));
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256Of(NODE, left, right);
/** Of no leaves at all. */
export const EMPTY_ROOT = sha256Of();

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

export function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const split = splitOf(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** So many leaves are hashed at once: a power of two, so that the trees over them are parts of the whole. */
const AT_ONCE = 256;

/** The same root; others have their turn meanwhile. */
export async function rootInSlices(leaves: readonly Buffer[], giveWay: () => Promise<void>): Promise<Buffer> {
  return rootOf(await partsOf(leaves, giveWay));
}

async function partsOf(leaves: readonly Buffer[], giveWay: () => Promise<void>): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for (let from = 0; from < leaves.length; from += AT_ONCE) {
    parts.push(rootOf(leaves.slice(from, from + AT_ONCE)));
    await giveWay();
  }
  return parts;
}

/** As {@link pathOf}; others have their turn meanwhile. */
export async function pathInSlices(
  leaves: readonly Buffer[],
  index: number,
  giveWay: () => Promise<void>,
): Promise<Buffer[]> {
  const at = Math.floor(index / AT_ONCE);
  const own = leaves.slice(at * AT_ONCE, (at + 1) * AT_ONCE);
  return [...pathOf(own, index % AT_ONCE), ...pathOf(await partsOf(leaves, giveWay), at)];
}

/** The hashes with which a leaf makes the root, from the bottom up. */
export function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...pathOf(leaves.slice(0, split), index), rootOf(leaves.slice(split))]
    : [...pathOf(leaves.slice(split), index - split), rootOf(leaves.slice(0, split))];
}

/** The root that a leaf at this place of a tree of this size makes with a path; null if the path does not fit. */
export function rootFrom(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  if (index >= size || index < 0) return null;
  if (size === 1) return path.length === 0 ? leaf : null;
  const top = path.at(-1);
  if (!top) return null;
  const split = splitOf(size);
  const rest = path.slice(0, -1);
  const below =
    index < split ? rootFrom(leaf, index, split, rest) : rootFrom(leaf, index - split, size - split, rest);
  if (!below) return null;
  return index < split ? nodeHash(below, top) : nodeHash(top, below);
}
