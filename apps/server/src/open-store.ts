import type { EventStore } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import type { Config } from './config.js';

/** The store that CONCLAVE_STORE names. Rejects with a StoreError whose message says what to do. */
export async function openStore({ store }: Config): Promise<EventStore> {
  return SqliteEventStore.open(store.slice('sqlite:'.length));
}
