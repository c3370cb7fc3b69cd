import { fork } from 'node:child_process';
import { once } from 'node:events';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { ours } from '../scripts/ours.mjs';

/** ESDB_URL, or else the double in a process of its own. */
export async function benchStore() {
  if (process.env.ESDB_URL)
    return { name: 'EventStoreDB', url: process.env.ESDB_URL, appends: null, close: () => undefined };
  const child = ours(fork('bench/double-process.mjs', { execArgv: [] }));
  const [{ url }] = await once(child, 'message');
  const appends = async () => {
    child.send('count');
    return (await once(child, 'message'))[0].appends;
  };
  return { name: 'EventStoreDB (double)', url, appends, close: () => child.disconnect() };
}

/** Appends with the bare client, of the same events as a command writes, one stream for each writer. */
export class RawAppends {
  constructor(url, events) {
    this.client = EventStoreDBClient.connectionString(url);
    this.events = events;
    this.run = Date.now();
    this.heads = new Map();
  }
  async append(writer) {
    const stream = `raw-${this.run}-${writer}`;
    const events = this.events.map(({ type, data, meta }) =>
      jsonEvent({ type, data, metadata: Buffer.from(JSON.stringify(meta)) }),
    );
    const expectedRevision = this.heads.get(stream) ?? 'no_stream';
    const credentials = { username: 'x', password: 'x' };
    const { nextExpectedRevision } = await this.client.appendToStream(stream, events, {
      expectedRevision,
      credentials,
      requiresLeader: true,
    });
    this.heads.set(stream, nextExpectedRevision);
  }
  /** Appends a second with so many writers at once. */
  async perSecond(writers, ms) {
    let count = 0;
    const startMs = performance.now();
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (; performance.now() - startMs < ms; count++) await this.append(writer);
      }),
    );
    return count / ((performance.now() - startMs) / 1_000);
  }
}
