import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { START, type Item, type Passed, type Position } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import {
  anEvent,
  credentialsOf,
  serversUnderTest,
  startEsdbDouble,
  type ServerUnderTest,
} from '@conclave/testing';

const others = async (client: EventStoreDBClient, url: string, count: number) => {
  for (let n = 0; n < count; n += 500)
    await client.appendToStream(
      `orders-${randomUUID()}`,
      Array.from({ length: Math.min(500, count - n) }, () => jsonEvent({ type: 'OrderPlaced', data: {} })),
      { credentials: credentialsOf(url) },
    );
};
/** What a subscription brings until `enough` says stop. */
async function followed(
  store: EsdbEventStore,
  from: Position,
  checkpoint: string | null,
  enough: (items: Item[]) => boolean,
): Promise<Item[]> {
  const stop = new AbortController();
  const items: Item[] = [];
  for await (const item of store.subscribe(from, stop.signal, checkpoint)) {
    items.push(item);
    if (enough(items)) stop.abort();
  }
  return items;
}
const isPassed = (item: Item): item is Passed => item.type === 'passed' && !('stream' in item);
const typesOf = (items: Item[]) => items.filter((item) => !isPassed(item)).map(({ type }) => type);

describe.each(serversUnderTest())('a database that others use too: %s', (_, started) => {
  let server: ServerUnderTest;
  let client: EventStoreDBClient;
  let store: EsdbEventStore;
  beforeAll(async () => {
    server = await started();
    client = EventStoreDBClient.connectionString(server.url);
    store = await EsdbEventStore.open({
      connectionString: server.url,
      prefix: `shared-${randomUUID().slice(0, 8)}.`,
    });
  });
  afterAll(async () => {
    await store.close();
    await client.dispose();
    await server.close();
  });

  it('is passed quickly, and begun again behind what was passed; nothing of ours is missed or comes twice', async () => {
    const { position } = await store.append('a', 0, [anEvent('A')]);
    await others(client, server.url, 15_000);
    const first = await followed(
      store,
      position,
      null,
      (items) => items.some(isPassed) && items.some(({ type }) => type === 'caught-up'),
    );
    const { checkpoint } = first.find(isPassed)!;
    expect(checkpoint).toMatch(/^\d+\/\d+\/[0-9a-f-]{36}$/);
    await store.append('a', 1, [anEvent('B')]);
    await others(client, server.url, 11_000);
    await store.append(
      'b',
      0,
      [anEvent('C'), anEvent('D')].map((event, index) => ({
        ...event,
        meta: { v: 1, part: { index, of: 2 } },
      })),
    );
    const rest = await followed(store, position, checkpoint, (items) =>
      items.some(({ type }) => type === 'caught-up'),
    );
    expect(typesOf(rest)).toEqual(['B', 'C', 'D', 'caught-up']);
    const passedB = rest.filter(isPassed).at(-1);
    if (passedB)
      expect(
        typesOf(
          await followed(store, position, passedB.checkpoint, (items) =>
            items.some(({ type }) => type === 'caught-up'),
          ),
        ).at(-1),
      ).toBe('caught-up');
  });

  it('a checkpoint that is not in the log, or of another one, is left out of account', async () => {
    const { position } = await store.append('c', 0, [anEvent('A')]);
    await store.append('c', 1, [anEvent('B')]);
    for (const checkpoint of [
      `${BigInt(position) - 1n}/${BigInt(position) - 1n}/${randomUUID()}`,
      `${BigInt(position) + 10_000_000_000n}/0/${randomUUID()}`,
      `${position}/0/${randomUUID()}`,
    ])
      expect(
        typesOf(
          await followed(store, position, checkpoint, (items) =>
            items.some(({ type }) => type === 'caught-up'),
          ),
        ),
      ).toEqual(['B', 'caught-up']);
  });
});

it('the double counts what is looked at: behind a checkpoint nothing is looked at again', async () => {
  const double = await startEsdbDouble();
  const client = EventStoreDBClient.connectionString(double.connectionString);
  const store = await EsdbEventStore.open({ connectionString: double.connectionString });
  await others(client, double.connectionString, 50_000);
  const isOver = (items: Item[]) => items.some(({ type }) => type === 'caught-up');
  const first = await followed(
    store,
    START,
    null,
    (items) => isOver(items) && items.filter(isPassed).length >= 4,
  );
  const before = double.view.scanned;
  await followed(store, START, first.filter(isPassed).at(-1)!.checkpoint, isOver);
  expect(before).toBe(50_000);
  expect(double.view.scanned - before).toBeLessThanOrEqual(20_000);
  await store.close();
  await client.dispose();
  await double.stop();
});
