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
  startCopying,
  type Copied,
  type Copying,
  type EventStore,
  type StoredEvent,
} from '@conclave/event-store';
import { ExportHeader } from './log-file.js';
import { OWN_ONLY } from './part-of.js';
import { notWritten } from './regular-file.js';
import { eventIn, Malformed, sealedLines } from './sealed-file.js';
import type { Progress } from '../terminal/progress.js';

/** It brings Nest along, which no other command shall wait for. */
export async function* history(store: EventStore): AsyncGenerator<StoredEvent> {
  const { lastingLog } = await import('@conclave/coordination');
  yield* lastingLog(store);
}

/**
 * Writes the log as NDJSON between a header and a footer that says how much it is. An interrupted export goes on where it
 * stopped.
 */
export async function exportLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  const copy = startCopying();
  const events = history(store);
  const isResumed = existsSync(file) && (await resume(store, events, file, copy));
  await pipeline(
    Readable.from(exportLines(events, copy, (count) => count % 1_000 === 0 && progress(count))),
    createWriteStream(file, { flags: 'a', mode: OWN_ONLY }),
  ).catch((error: Error) => {
    throw isResumed && error instanceof HistoryGone ? cannotGoOn(file) : notWritten(file, error);
  });
  return copy.digest.copied;
}

/**
 * Passes the events of the log that an interrupted export holds; what was cut in the middle of a line goes. False if it holds
 * none. Rejects, and leaves the file as it is, unless it is the beginning of an export of this very log, event for event: it
 * could be anything that a person named by mistake, or have been changed.
 */
async function resume(
  store: EventStore,
  events: AsyncGenerator<StoredEvent>,
  file: string,
  copy: Copying,
): Promise<boolean> {
  if (statSync(file).size === 0) return false;
  const leave = (why: string) => new Error(`"${file}" ${why}. It is left as it is; name another file.`);
  let bytes = 0;
  try {
    for await (const line of sealedLines(file)) {
      const event = eventIn(file, line);
      if (line.number === 1 && !ExportHeader.safeParse(line.value).success)
        throw leave('exists and is no export of Conclave');
      if (!event && line.number > 1) throw leave('is a complete export already');
      if (event) {
        const { value } = await events.next();
        if (!value || canonicalText(value) !== canonicalText(event)) {
          if (await isSealed(store, event)) throw cannotGoOn(file);
          throw leave(`is an export of another log, or was changed, in line ${line.number}`);
        }
        copy.digest.add(event);
      }
      bytes += line.bytes;
      copy.seal.line(line.value);
    }
    if (bytes === 0) throw leave('exists and holds no whole event');
  } catch (error) {
    await events.return(undefined);
    if (error instanceof HistoryGone) throw cannotGoOn(file);
    throw error instanceof Malformed ? leave('exists and is no export of Conclave') : error;
  }
  const isBegun = copy.digest.events > 0; // else there is a header, which is written anew
  truncateSync(file, isBegun ? bytes : 0);
  if (!isBegun) copy.seal = new Seal();
  return isBegun;
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
