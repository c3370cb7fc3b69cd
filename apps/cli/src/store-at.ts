import type { EventStore } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { SqliteEventStore } from '@conclave/event-store-sqlite';

/** The store that a CONCLAVE_STORE value names. Rejects with a StoreError whose message says what to do. */
export async function storeAt(name: string, prefix: string): Promise<EventStore> {
  if (name.startsWith('sqlite:')) return SqliteEventStore.open(name.slice('sqlite:'.length));
  return EsdbEventStore.open({ connectionString: name, prefix });
}
