import type { Copied, EventStore } from '@conclave/event-store';
import { digestOfStore, importLog } from '../files/log-copy.js';
import { withProgress } from '../terminal/progress.js';

/** Appends an export to a store, reads back what that holds then, and compares. Throws if there is anything else in it. */
export async function bringIn(store: EventStore, file: string, doing: string): Promise<Copied> {
  const copied = await withProgress(doing, 'events', (progress) => importLog(store, file, progress));
  const held = await digestOfStore(store);
  if (held.events !== copied.events || held.sha256 !== copied.sha256) {
    throw new Error(
      `the target holds ${held.events} events (sha256 ${held.sha256}), the export ${copied.events} (${copied.sha256}). Import into an empty store.`,
    );
  }
  return copied;
}
