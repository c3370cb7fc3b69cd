import { createWriteStream, existsSync, statSync, truncateSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { groupOf } from '@conclave/election';
import {
  canonicalText,
  exportLines,
  HistoryGone,
  LogDigest,
  Seal,
  START,
  startCopying,
  type Copied,
  type Copying,
  type EventStore,
  type StoredEvent,
} from '@conclave/event-store';
import { ExportHeader } from './log-file.js';
import { eventIn, Malformed, sealedLines } from './sealed-file.js';
import type { Progress } from '../terminal/progress.js';

/** It brings Nest along, which no other command shall wait for. */
export async function* history(
  store: EventStore,
  { from, read }: Begun = BEGINNING,
): AsyncGenerator<StoredEvent> {
  const { lastingLog } = await import('@conclave/coordination');
  yield* lastingLog(store, from, read);
}

/** Where a copy goes on, and up to which version it has each group: of what is gone meanwhile it must have no hole. */
interface Begun {
  from: string;
  read: ReadonlyMap<string, number>;
}
const BEGINNING: Begun = { from: START, read: new Map() };

/**
 * Writes the log as NDJSON between a header and a footer that says how much it is. An interrupted export goes on where it
 * stopped.
 */
export async function exportLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  const copy = startCopying();
  const begun = existsSync(file) ? await resume(store, file, copy) : BEGINNING;
  const untold = (error: Error): never => {
    if (begun === BEGINNING || !(error instanceof HistoryGone)) throw error;
    throw cannotGoOn(file);
  };
  await pipeline(
    Readable.from(
      exportLines(history(store, begun), copy, (count) => count % 1_000 === 0 && progress(count)),
    ),
    createWriteStream(file, { flags: 'a' }),
  ).catch(untold);
  return copy.digest.copied;
}

/**
 * Where an interrupted export goes on; what was cut in the middle of a line goes. Rejects, and leaves the
 * file as it is, unless it is the beginning of an export of this very log, event for event: it could be anything that a
 * person named by mistake, or have been changed.
 */
async function resume(store: EventStore, file: string, copy: Copying): Promise<Begun> {
  const { digest, seal } = copy;
  if (statSync(file).size === 0) return BEGINNING;
  const leave = (why: string) => new Error(`"${file}" ${why}. It is left as it is; name another file.`);
  let bytes = 0;
  let last: StoredEvent | null = null;
  const read = new Map<string, number>();
  const held = history(store);
  try {
    for await (const line of sealedLines(file)) {
      const event = eventIn(file, line);
      if (line.number === 1 && !ExportHeader.safeParse(line.value).success)
        throw leave('exists and is no export of Conclave');
      if (!event && line.number > 1) throw leave('is a complete export already');
      if (event) {
        const { value } = await held.next();
        if (!value || canonicalText(value) !== canonicalText(event)) {
          if (await isSealed(store, event)) throw cannotGoOn(file);
          throw leave(`is an export of another log, or was changed, in line ${line.number}`);
        }
        digest.add(event);
      }
      const group = event && groupOf(event.stream);
      if (group !== null) read.set(group, event!.version);
      last = event;
      bytes += line.bytes;
      seal.line(line.value);
    }
  } catch (error) {
    if (error instanceof HistoryGone) throw cannotGoOn(file);
    throw error instanceof Malformed ? leave('exists and is no export of Conclave') : error;
  } finally {
    await held.return(undefined);
  }
  if (bytes === 0) throw leave('exists and holds no whole event');
  if (!last) {
    truncateSync(file, 0); // it had only just begun
    copy.seal = new Seal();
    return BEGINNING;
  }
  truncateSync(file, bytes);
  return { from: last.position, read };
}

const cannotGoOn = (file: string): Error =>
  new Error(`"${file}" cannot go on: history was sealed since it was begun. Name another file.`);

/** True if a group begins behind this event: the log has let go of it. */
async function isSealed(store: EventStore, { stream, version }: StoredEvent): Promise<boolean> {
  if (groupOf(stream) === null) return false;
  for await (const event of store.read(stream)) return event.version > version;
  return false;
}

/** Reads a store again and tells what it holds, to be compared with what was copied. */
export async function digestOfStore(store: EventStore): Promise<Copied> {
  const digest = new LogDigest();
  for await (const event of history(store)) digest.add(event);
  return digest.copied;
}
