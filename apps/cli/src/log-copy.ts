import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, truncateSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { PRESENCE_STREAM } from '@conclave/election';
import type { Progress } from './progress.js';
import { digestOf, START, VersionConflict, type EventStore, type StoredEvent } from '@conclave/event-store';

export interface Copied {
  events: number;
  sha256: string;
}

type Line = Omit<StoredEvent, 'position'> & { position?: string };
interface Footer {
  footer: true;
  events: number;
  sha256: string;
}

/** Chain over what an event is, wherever it is stored; positions differ between stores. */
class LogDigest {
  events = 0;
  private value = '';
  add({ stream, version, id, type, data, meta }: Line): void {
    this.events++;
    this.value = createHash('sha256')
      .update(this.value + digestOf({ stream, version, id, type, data, meta }))
      .digest('hex');
  }
  get copied(): Copied {
    return { events: this.events, sha256: this.value };
  }
}

/**
 * Everything but the presence log, which holds only signs of life: after a move every running term is given a whole
 * lease, exactly as after a restart. Servers must be stopped meanwhile.
 */
async function* history(store: EventStore, from = START): AsyncGenerator<StoredEvent> {
  const stop = new AbortController();
  for await (const item of store.subscribe(from, stop.signal)) {
    if (!('stream' in item)) return stop.abort();
    if (item.stream !== PRESENCE_STREAM) yield item;
  }
}

/** Writes the log as NDJSON with a footer that says how much it is. An interrupted export goes on where it stopped. */
export async function exportLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  const digest = new LogDigest();
  let from = START;
  if (existsSync(file)) {
    let bytes = 0;
    for await (const { line, size } of linesOf(file)) {
      const parsed = parsedLine(line, file, digest.events + 1, true);
      if (!parsed) break; // cut in the middle of a line
      if ('footer' in parsed) throw new Error(`"${file}" is a complete export already. Name another file.`);
      digest.add(parsed);
      from = parsed.position ?? START;
      bytes += size;
    }
    truncateSync(file, bytes);
  }
  const out = createWriteStream(file, { flags: 'a' });
  for await (const event of history(store, from)) {
    digest.add(event);
    if (!out.write(`${JSON.stringify(event)}\n`)) await once(out, 'drain');
    if (digest.events % 1_000 === 0) progress(digest.events);
  }
  out.end(`${JSON.stringify({ footer: true, ...digest.copied } satisfies Footer)}\n`);
  await finished(out);
  return digest.copied;
}

/** Appends an export to a store, at the same versions with the same ids: repeating it is safe and goes on where it stopped. */
export async function importLog(store: EventStore, file: string, progress: Progress): Promise<Copied> {
  await checked(file); // nothing is written of a file that is not whole
  const digest = new LogDigest();
  let batch: Line[] = [];
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (first) await appended(store, first.stream, first.version - 1, batch);
    batch = [];
  };
  for await (const { line } of linesOf(file)) {
    const event = parsedLine(line, file, digest.events + 1)!;
    if ('footer' in event) break;
    const last = batch.at(-1);
    if (last && (last.stream !== event.stream || batch.length >= 100)) await flush();
    batch.push(event);
    digest.add(event);
    if (digest.events % 1_000 === 0) progress(digest.events);
  }
  await flush();
  return digest.copied;
}

async function appended(store: EventStore, stream: string, expectedVersion: number, events: Line[]): Promise<void> {
  try {
    await store.append(stream, expectedVersion, events);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    throw new Error(`the target holds other events in stream "${stream}" at version ${expectedVersion + 1}. Import into an empty store.`, {
      cause: error,
    });
  }
}

/** Reads a store again and tells what it holds, to be compared with what was copied. */
export async function digestOfStore(store: EventStore): Promise<Copied> {
  const digest = new LogDigest();
  for await (const event of history(store)) digest.add(event);
  return digest.copied;
}

/** Throws unless the export is whole and as it was written. */
async function checked(file: string): Promise<void> {
  const digest = new LogDigest();
  for await (const { line } of linesOf(file)) {
    const parsed = parsedLine(line, file, digest.events + 1)!;
    if (!('footer' in parsed)) digest.add(parsed);
    else if (parsed.events === digest.events && parsed.sha256 === digest.copied.sha256) return;
    else throw new Error(`"${file}" was changed after it was written: its footer does not fit its events.`);
  }
  throw new Error(`"${file}" has no footer: the export was interrupted. Run it again, it goes on where it stopped.`);
}

function parsedLine(line: string, file: string, number: number, mayBeCut = false): Line | Footer | null {
  try {
    return JSON.parse(line) as Line | Footer;
  } catch {
    if (mayBeCut) return null;
    throw new Error(`"${file}" line ${number} is no JSON: this is no export of Conclave, or it is damaged.`);
  }
}

async function* linesOf(file: string): AsyncGenerator<{ line: string; size: number }> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    yield { line, size: Buffer.byteLength(line) + 1 };
  }
}
