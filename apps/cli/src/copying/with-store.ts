import type { EventStore } from '@conclave/event-store';
import { CliError } from '../remote/cli-error.js';
import { tellError } from '../remote/telling.js';
import { storeAsked, storeAt } from '../files/store-at.js';

/**
 * Opens the store, works, closes; a problem is one line on stderr and exit code 4 (not reachable) or 3 (refused). `first`: what
 * has to be right before a store is opened, or even made.
 */
export async function withStore(
  given: { store?: string },
  work: (store: EventStore) => Promise<void>,
  { mustExist = false, first }: { mustExist?: boolean; first: () => Promise<unknown> },
): Promise<void> {
  let store: EventStore | undefined;
  try {
    await first();
    store = await storeAt(await storeAsked(given.store), mustExist);
    await work(store);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isAway = code === 'store-unavailable';
    tellError(
      error instanceof CliError ? error : new CliError(isAway ? 4 : 3, message, isAway ? { code } : {}),
    );
  } finally {
    await store?.close();
  }
}
