import { afterEach, expect, it } from '@jest/globals';
import { Tail, type StoredEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { anEvent, FaultyStore, silentReport, until } from '@conclave/testing';

const stores: SqliteEventStore[] = [];
afterEach(async () => { for (const store of stores.splice(0)) await store.close(); });
const storeWith = async (...types: string[]): Promise<SqliteEventStore> => {
  const store = await SqliteEventStore.open(':memory:');
  stores.push(store);
  for (const [n, type] of types.entries()) await store.append('s', n, [anEvent(type)]);
  return store;
};

it.each(['a shorter log', 'another log of the same length'])('after the store was away it stops, and says so, if there is %s', async (what) => {
  const first = await storeWith('A', 'B');
  const store = new FaultyStore(first);
  const seen: StoredEvent[] = [];
  const rewound: Error[] = [];
  const report = { ...silentReport, rewound: (error: Error) => rewound.push(error) };
  const tail = new Tail(store, [{ apply: ({ events }) => seen.push(...events) }], report);
  tail.start();
  await until('read', () => seen.length === 2);
  store.cut();
  store.replacedBy(what === 'a shorter log' ? await storeWith('A') : await storeWith('A', 'C'));
  await until('it is noticed', () => tail.failure !== null);
  expect(rewound).toEqual([expect.objectContaining({ message: expect.stringMatching(/not the one that was read up to position .*was a backup restored/) })]);
  expect(seen).toHaveLength(2);
  await tail.stop();
});

it('after the store was away it goes on with the same log', async () => {
  const inner = await storeWith('A');
  const store = new FaultyStore(inner);
  const seen: string[] = [];
  const tail = new Tail(store, [{ apply: ({ events }) => seen.push(...events.map((event) => event.type)) }], silentReport);
  tail.start();
  await until('read', () => seen.length === 1);
  store.cut();
  store.replacedBy(inner);
  await inner.append('s', 1, [anEvent('B')]);
  await until('it goes on', () => seen.length === 2);
  expect(tail.failure).toBeNull();
  await tail.stop();
});
