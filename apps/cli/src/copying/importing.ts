import { groupOf, PLACE_HOLDER } from '@conclave/election';
import {
  LogDigest,
  VersionConflict,
  wholeAppends,
  type Copied,
  type EventStore,
  type StoredAppend,
  type StoredEvent,
} from '@conclave/event-store';
import { history } from '../files/log-copy.js';
import { eventsOf } from '../files/log-file.js';
import { OlderForms } from '../files/older-forms.js';
import type { Progress } from '../terminal/progress.js';

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
    else if (!(await stands(store, batch[0]!)))
      throw new Error(
        `the target holds other events in stream "${stream}" at version ${version}. Import into an empty store.`,
        { cause: error },
      );
  }
}

/** Somebody else who imports the same was first. */
async function stands(store: EventStore, { events }: StoredAppend): Promise<boolean> {
  const [first] = events;
  let at = 0;
  for await (const { id } of store.read(first!.stream, first!.version)) {
    if (id !== events[at++]!.id) return false;
    if (at === events.length) return true;
  }
  return false;
}
