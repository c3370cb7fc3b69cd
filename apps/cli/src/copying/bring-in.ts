import { StoreUnavailable, type Copied, type EventStore } from '@conclave/event-store';
import { digestOfStore } from '../files/log-copy.js';
import { holdsBeginning, importLog } from './importing.js';
import { CliError } from '../remote/cli-error.js';
import { whilePassing } from '../remote/patiently.js';
import { withProgress } from '../terminal/progress.js';

/** Longer than a cluster takes to find another leader. */
const PATIENCE_MS = 20_000;

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

/** What was written already is not written twice. */
const patiently = async <T>(act: () => Promise<T>): Promise<T> => whilePassing(isAway, act, PATIENCE_MS);
const isAway = (error: unknown): error is StoreUnavailable => error instanceof StoreUnavailable;
