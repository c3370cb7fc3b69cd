import { createWriteStream, existsSync, statSync, truncateSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { groupOf, PLACE_HOLDER } from '@conclave/election';
import {
  canonicalText,
  exportLines,
  HistoryGone,
  LogDigest,
  Seal,
  START,
  startCopying,
  VersionConflict,
  wholeAppends,
  type StoredAppend,
  type Copied,
  type Copying,
  type EventStore,
  type StoredEvent,
} from '@conclave/event-store';
import { eventsOf, ExportHeader } from './log-file.js';
import { eventIn, Malformed, sealedLines } from './sealed-file.js';
import type { Progress } from '../terminal/progress.js';
import { OlderForms } from './older-forms.js';

/** It brings Nest along, which no other command shall wait for. */
async function* history(store: EventStore, { from, read }: Begun = BEGINNING): AsyncGenerator<StoredEvent> {
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

/** EventStoreDB takes 1 MiB in one write; the election of a large group alone is some 100 kB. */
const BATCH_BYTES = 250_000;

/**
 * Appends an export to a store, at the same versions with the same ids: repeating it is safe and goes on
 * where it stopped.
 */
export async function importLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  const forms = new OlderForms(store);
  for await (const _ of forms.brought(eventsOf(file))); // nothing is written of a file that is not whole, or not sound
  const digest = new LogDigest();
  let batch: StoredAppend[] = [];
  let bytes = 0;
  const begun = new Set<string>();
  const flush = async (): Promise<void> => {
    const first = batch[0]?.events[0];
    if (first && !begun.has(first.stream)) await beginBehind(store, first);
    if (first) await appendAll(store, batch);
    if (first && !begun.has(first.stream)) await store.truncate(first.stream, first.version);
    if (first) begun.add(first.stream);
    [batch, bytes] = [[], 0];
  };
  for await (const append of wholeAppends(forms.brought(eventsOf(file)))) {
    const last = batch.at(-1);
    const size = append.events.reduce((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
    const isFull = batch.length >= 100 || bytes + size > BATCH_BYTES; // a large one goes alone
    if (last && (last.stream !== append.stream || isFull)) await flush();
    batch.push(append);
    bytes += size;
    for (const event of append.events) {
      digest.add(event);
      if (digest.events % 1_000 === 0) progress(digest.events);
    }
  }
  await flush();
  return digest.copied;
}

/** True if a store holds the beginning of an export and nothing else: what an import that was killed left. */
export async function holdsBeginning(store: EventStore, file: string): Promise<boolean> {
  const asked = new OlderForms(store).brought(eventsOf(file));
  try {
    for await (const { id, stream, version, type } of history(store)) {
      if (type === PLACE_HOLDER) continue; // killed before the first event of a group whose beginning is sealed
      const { value } = await asked.next();
      if (!value || value.id !== id || value.stream !== stream || value.version !== version) return false;
    }
    return true;
  } finally {
    await asked.return(undefined);
  }
}

/** A group whose beginning is sealed goes on at its version. */
async function beginBehind(store: EventStore, { stream, version }: StoredEvent): Promise<void> {
  if (version > 1 && groupOf(stream) !== null) await store.begin(stream, version - 1, PLACE_HOLDER);
}

/** Of a batch that an import which was killed began otherwise, each append is repeated by itself. */
async function appendAll(store: EventStore, batch: readonly StoredAppend[]): Promise<void> {
  const events = batch.flatMap((append) => append.events);
  const { stream, version } = events[0]!;
  try {
    await store.append(stream, version - 1, events);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    if (batch.length > 1) for (const one of batch) await appendAll(store, [one]);
    else
      throw new Error(
        `the target holds other events in stream "${stream}" at version ${version}. Import into an empty store.`,
        { cause: error },
      );
  }
}

/** Reads a store again and tells what it holds, to be compared with what was copied. */
export async function digestOfStore(store: EventStore): Promise<Copied> {
  const digest = new LogDigest();
  for await (const event of history(store)) digest.add(event);
  return digest.copied;
}
