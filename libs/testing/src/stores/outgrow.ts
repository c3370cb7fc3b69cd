import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { credentialsOf } from './servers-under-test.js';

const [MOST_BYTES, AT_ONCE_BYTES] = [20_000_000, 500_000];

/** Writes so much of others that a snapshot in the store is due at once: servers whose disk is empty begin with it. */
export async function outgrow(url: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  const credentials = credentialsOf(url);
  const data = 'x'.repeat(AT_ONCE_BYTES);
  for (let at = 0; at < MOST_BYTES; at += AT_ONCE_BYTES)
    await client.appendToStream('of-others', jsonEvent({ type: 'Of', data }), { credentials });
  await client.dispose();
}
