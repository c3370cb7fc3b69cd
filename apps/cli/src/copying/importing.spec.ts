import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable, VersionConflict, type Appended, type NewEvent } from '@conclave/event-store';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { anEvent, FaultyStore } from '@conclave/testing';
import { digestOfStore, exportLog } from '../files/log-copy.js';
import { bringIn } from './bring-in.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-importing-'));
const stores: SqliteEventStore[] = [];
afterAll(async () => {
  await Promise.all(stores.map(async (store) => store.close()));
  rmSync(folder, { recursive: true });
});
async function opened(): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open(':memory:');
  stores.push(store);
  return store;
}

/** After each append it says what is told of it. */
class Telling extends FaultyStore {
  says: () => void = () => undefined;
  override async append(stream: string, version: number, events: readonly NewEvent[]): Promise<Appended> {
    const appended = await super.append(stream, version, events);
    this.says();
    return appended;
  }
}

async function exported(): Promise<string> {
  const source = await opened();
  for (const stream of ['s', 't'])
    for (let version = 0; version < 3; version++) await source.append(stream, version, [anEvent()]);
  const file = join(folder, `${Math.random()}.ndjson`);
  await exportLog(source, file, () => undefined);
  return file;
}

it('who imports the same at the same time is not taken for somebody who wrote something else', async () => {
  const store = new Telling(await opened());
  store.says = () => {
    throw new VersionConflict('s', 0, 1); // the other one was first
  };
  expect(await bringIn(store, await exported(), 'importing')).toEqual(await digestOfStore(store));
  const other = new Telling(await opened());
  await other.append('s', 0, [anEvent()]);
  await expect(bringIn(other, await exported(), 'importing')).rejects.toThrow('holds 1 events');
});

it('a store that is away for a moment, as while a cluster elects, is waited for', async () => {
  const store = new Telling(await opened());
  let times = 0;
  store.says = () => {
    if (times++ < 2) throw new StoreUnavailable('it has no leader');
  };
  expect(await bringIn(store, await exported(), 'importing')).toMatchObject({ events: 6 });
});
