import type { EventStore } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { storeAsked, storeAt } from '../files/store-at.js';

/**
 * Opens the store, works, closes; a problem is one line on stderr and exit code 4 (not reachable) or 3
 * (refused).
 */
export async function withStore(
  given: { store?: string },
  work: (store: EventStore) => Promise<void>,
  mustExist = false,
): Promise<void> {
  let store: EventStore | undefined;
  try {
    store = await storeAt(storeAsked(given.store), mustExist);
    await work(store);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    console.error(`conclave: ${message}`);
    process.exitCode = error instanceof CliError ? error.exitCode : code === 'store-unavailable' ? 4 : 3;
  } finally {
    await store?.close();
  }
}
