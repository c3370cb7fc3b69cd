import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { dropFolder } from '@conclave/processes';
import { collect } from '@conclave/testing';
import { observe } from './observed-store.js';

let folder = '';
let store: SqliteEventStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-observed-'));
  store = await SqliteEventStore.open(join(folder, 'c.db'));
});
afterEach(async () => {
  await store.close();
  dropFolder(folder);
});

const anEvent = () => ({ id: randomUUID(), type: 'T', data: {}, meta: {} });

it('tells of writes, and is the store in all else: also in what not every store can', async () => {
  const told: unknown[] = [];
  const observed = observe(store, (stream, _, events) => told.push([stream, events]));
  await observed.append('a', 0, [anEvent()]);
  await observed.publish('b', anEvent());
  expect(told).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(await collect(observed.read('a'))).toHaveLength(1);
  const { isExclusive, problem, staleMs, name } = store;
  expect(observed).toMatchObject({ isExclusive, problem, staleMs, name });
  expect(await observed.wipe!(async () => observed.truncate('a', 2))).toBe(true); // people who are forgotten rest on it
});
