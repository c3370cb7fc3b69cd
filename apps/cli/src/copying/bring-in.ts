import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable, type Copied, type EventStore } from '@conclave/event-store';
import { digestOfStore } from '../files/log-copy.js';
import { holdsBeginning, importLog } from './importing.js';
import { CliError } from '../remote/cli-error.js';
import { withProgress } from '../terminal/progress.js';

/** Longer than an election takes. */
const PATIENCE_MS = 20_000;
const AGAIN_MS = 500;

/**
 * Appends an export to a store, reads back what that holds then, and compares. Throws before anything is written if there is
 * anything in it but the beginning of this export.
 */
export async function bringIn(store: EventStore, file: string, doing: string): Promise<Copied> {
  const before = await digestOfStore(store);
  if (before.events > 0 && !(await holdsBeginning(store, file)))
    throw new CliError(
      3,
      `${store.name} holds ${before.events} events. Nothing is written over: name another store, or move that one away.`,
    );
  const copied = await withProgress(doing, 'events', (progress) =>
    patiently(async () => importLog(store, file, progress)),
  );
  const held = await patiently(async () => digestOfStore(store));
  if (held.events !== copied.events || held.sha256 !== copied.sha256) {
    throw new Error(
      `the target holds ${held.events} events (sha256 ${held.sha256}), the export ${copied.events} (${copied.sha256}). Import into an empty store.`,
    );
  }
  return copied;
}

/** While a cluster finds another leader; what was written already is not written twice. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;)
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() > endMs) throw error;
      await delay(AGAIN_MS);
    }
}
