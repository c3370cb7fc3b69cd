import type { EventStore } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import type { Config } from './environment/config.js';
import { takeAlong } from './environment/beside-store.js';

/**
 * The store that CONCLAVE_STORE names. Rejects with a StoreError whose message says what to do; does not wait
 * for EventStoreDB.
 */
export async function openStore({ store, prefix }: Pick<Config, 'store' | 'prefix'>): Promise<EventStore> {
  if (store.startsWith('sqlite:')) return SqliteEventStore.open(store.slice('sqlite:'.length));
  takeAlong({ store, prefix });
  return EsdbEventStore.open({ connectionString: store, prefix });
}
