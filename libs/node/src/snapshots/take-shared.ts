import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import {
  isPosition,
  lookForMoved,
  stands,
  type Anchor,
  type EventStore,
  type Shelf,
  type Shelved,
} from '@conclave/event-store';
import { isLasting } from '@conclave/election';
import { DraftFile } from '../files/kept-file.js';
import { FORMAT } from './snapshot.js';

const AnchorSaid = z.object({
  stream: z.string(),
  version: z.int().min(1),
  id: z.string(),
  position: z.string().refine(isPosition),
});
/** What is said in the store of a snapshot, beside how far it is. */
const About = z.object({ format: z.int(), at: z.iso.datetime(), anchors: z.array(AnchorSaid).min(1) });
export type About = z.infer<typeof About>;

/** Undefined: it does not say so, and is none of ours. */
export const aboutOf = ({ about }: Shelved): About | undefined => About.safeParse(about).data;

/** What stands in the store is of no use here, and would be of none to the next server. */
export class UselessSnapshot extends Error {}

/** Puts it at `path`. False: it is of newer servers, which need it. Rejects with {@link UselessSnapshot}, or as store and disk do. */
export async function takeShared(
  shelf: Shelf,
  last: Shelved,
  path: string,
  { store, signal }: { store: EventStore; signal: AbortSignal },
): Promise<boolean> {
  const about = aboutOf(last);
  if (!about) throw new UselessSnapshot('what it says of itself cannot be read');
  if (about.format > FORMAT) return false;
  const why = await whyAnother(store, about.anchors, signal);
  if (why !== null) throw new UselessSnapshot(`it is of another log: ${why}`);
  await unpack(shelf.bytesOf(last), path, signal);
  return true;
}

/** Null: what was read last stands where it stood. Streams that are deleted speak neither for it nor against it. */
async function whyAnother(
  store: EventStore,
  anchors: readonly Anchor[],
  signal: AbortSignal,
): Promise<string | null> {
  const moved = await lookForMoved(store, anchors, isLasting, { signal });
  if (moved !== null) return moved;
  for (const anchor of anchors) if (await stands(store, anchor)) return null;
  return 'nothing stands there of what it was taken of';
}

async function unpack(bytes: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  const file = new DraftFile(path);
  const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) file.write(chunk);
  };
  try {
    await pipeline(Readable.from(bytes), createGunzip(), write, { signal });
    file.replace();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw code.startsWith('Z_') ? new UselessSnapshot(message, { cause: error }) : error;
  } finally {
    file.drop();
  }
}
