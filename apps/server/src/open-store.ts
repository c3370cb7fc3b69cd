import type { EventStore, StoreError } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import type { Config } from './environment/config.js';
import { takeAlong } from './environment/beside-store.js';

/**
 * The store that CONCLAVE_STORE names. Rejects with a StoreError whose message says what to do; does not wait
 * for EventStoreDB. `onLost`: it cannot be used any more, and never will be by this process.
 */
export async function openStore(
  { store, prefix }: Pick<Config, 'store' | 'prefix'>,
  onLost: (error: StoreError) => void,
): Promise<EventStore> {
  if (store.startsWith('sqlite:')) {
    const opened = await SqliteEventStore.open(store.slice('sqlite:'.length));
    opened.onLost = onLost;
    return opened;
  }
  takeAlong({ store, prefix });
  const { EsdbEventStore } = await import('@conclave/event-store-esdb'); // its driver takes long to load
  return EsdbEventStore.open({ connectionString: store, prefix });
}
