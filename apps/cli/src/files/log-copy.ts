import { createWriteStream, existsSync, statSync, truncateSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OLDER_FORM, Upcast } from '@conclave/audit';
import { groupOf, isTransient } from '@conclave/election';
import {
  LogDigest,
  START,
  VersionConflict,
  type Copied,
  type EventStore,
  type StoredEvent,
} from '@conclave/event-store';
import { eventsOf, linesOf, parsedLine, type Footer, type Line } from './log-file.js';
import type { Progress } from '../terminal/progress.js';
import { wholeLog } from './whole-log.js';

/**
 * Everything but the presence log, which holds only signs of life: after a move every running term is given a
 * whole lease, exactly as after a restart. Servers must be stopped meanwhile.
 */
async function* history(store: EventStore, from = START): AsyncGenerator<StoredEvent> {
  for await (const event of wholeLog(store, from)) if (!isTransient(event.stream)) yield event;
}

/**
 * Writes the log as NDJSON with a footer that says how much it is. An interrupted export goes on where it
 * stopped.
 */
export async function exportLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  const digest = new LogDigest();
  const from = existsSync(file) ? await resume(store, file, digest) : START;
  await pipeline(
    Readable.from(lines(history(store, from), digest, progress)),
    createWriteStream(file, { flags: 'a' }),
  );
  return digest.copied;
}

async function* lines(
  events: AsyncIterable<StoredEvent>,
  digest: LogDigest,
  progress: Progress,
): AsyncGenerator<string> {
  for await (const event of events) {
    digest.add(event);
    if (digest.events % 1_000 === 0) progress(digest.events);
    yield `${JSON.stringify(event)}\n`;
  }
  yield `${JSON.stringify({ footer: true, ...digest.copied } satisfies Footer)}\n`;
}

/**
 * Where an interrupted export goes on; what was cut in the middle of a line goes. Rejects, and leaves the
 * file as it is, unless it is the beginning of an export of this very log: it could be anything that a person
 * named by mistake.
 */
async function resume(store: EventStore, file: string, digest: LogDigest): Promise<string> {
  if (statSync(file).size === 0) return START;
  let bytes = 0;
  let last: Line | null = null;
  for await (const { line, bytes: size, isWhole } of linesOf(file)) {
    if (!isWhole) break;
    const parsed = parsedLine(line);
    if (!parsed)
      throw new Error(
        `"${file}" exists and is no export of Conclave. It is left as it is; name another file.`,
      );
    if ('footer' in parsed) throw new Error(`"${file}" is a complete export already. Name another file.`);
    digest.add(parsed);
    last = parsed;
    bytes += size;
  }
  if (!last)
    throw new Error(`"${file}" exists and holds no whole event. It is left as it is; name another file.`);
  if (!(await holds(store, last)))
    throw new Error(`"${file}" is an export of another log. It is left as it is; name another file.`);
  truncateSync(file, bytes);
  return last.position!;
}

async function holds(store: EventStore, { stream, version, id, position }: Line): Promise<boolean> {
  for await (const event of store.read(stream, version))
    return event.id === id && event.position === position;
  return false;
}

/**
 * Appends an export to a store, at the same versions with the same ids: repeating it is safe and goes on
 * where it stopped.
 */
export async function importLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  for await (const _ of ofToday(eventsOf(file))); // nothing is written of a file that is not whole, or not sound
  const digest = new LogDigest();
  let batch: Line[] = [];
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (first) await appendLines(store, first.stream, first.version - 1, batch);
    batch = [];
  };
  for await (const event of ofToday(eventsOf(file))) {
    const last = batch.at(-1);
    if (last && (last.stream !== event.stream || batch.length >= 100)) await flush();
    batch.push(event);
    digest.add(event);
    if (digest.events % 1_000 === 0) progress(digest.events);
  }
  await flush();
  return digest.copied;
}

/** Histories of an older form are brought to that of today, append by append. */
async function* ofToday(events: AsyncIterable<Line>): AsyncGenerator<Line> {
  const older = new Map<string, Upcast<Line>>();
  for await (const event of events) {
    const group = groupOf(event.stream);
    if (group !== null && event.version === 1 && (event.meta as { v?: unknown }).v === OLDER_FORM)
      older.set(event.stream, new Upcast<Line>(group));
    const upcast = older.get(event.stream);
    if (upcast) yield* upcast.take(event);
    else yield event;
  }
  for (const [stream, { isAmidst }] of older)
    if (isAmidst) throw new Error(`the last append of stream "${stream}" is not whole.`);
}

async function appendLines(
  store: EventStore,
  stream: string,
  expectedVersion: number,
  events: Line[],
): Promise<void> {
  try {
    await store.append(stream, expectedVersion, events);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    throw new Error(
      `the target holds other events in stream "${stream}" at version ${expectedVersion + 1}. Import into an empty store.`,
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
