import { afterAll, describe, expect, it } from '@jest/globals';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { noteClosed, SqliteEventStore } from '@conclave/event-store-sqlite';
import { until } from '@conclave/processes';
import { anEvent, collect, storeContract } from '@conclave/testing';

const directory = mkdtempSync(join(tmpdir(), 'conclave-contract-'));
afterAll(() => rmSync(directory, { recursive: true }));

storeContract('sqlite file', () => SqliteEventStore.open(join(directory, 'log.db')));

it('a thread that dies is told to whoever listens, also later, and nothing more is written', async () => {
  const store = await SqliteEventStore.open(join(directory, 'dying.db'));
  const { thread } = (store as unknown as { thread: { thread: Worker } }).thread;
  const told: string[] = [];
  store.onLost = ({ message }) => told.push(message);
  await thread.terminate();
  await until('it is told', () => told.length === 1);
  expect(told[0]).toMatch(/the store's thread ended by itself/);
  store.onLost = ({ message }) => told.push(message);
  expect(told).toHaveLength(2);
  await expect(store.append('s', 0, [anEvent('A')])).rejects.toMatchObject({ code: 'store-unavailable' });
});

it('what a clock that was far ahead has written goes with what is older, and keeps nothing behind it', async () => {
  const store = await SqliteEventStore.open(join(directory, 'ahead.db'));
  const [now, day] = [Date.now(), 86_400_000];
  const publish = async (count: number, atMs: number) => {
    const one = { ...anEvent('E'), meta: { at: new Date(atMs).toISOString() } };
    for (let n = 0; n < count; n++) await store.publish('s', { ...one, id: randomUUID() });
  };
  const left = async () => (await collect(store.read('s'))).map(({ version }) => version);
  await publish(3, now - 3 * day);
  await publish(1_500, now + 365 * day);
  await publish(5, now);
  for (let n = 0; n < 5; n++) await store.expire('s', 2 * day, now);
  expect(await left()).toHaveLength(1_505); // what is from after today may have been written a moment ago
  for (let n = 0; n < 5; n++) await store.expire('s', 2 * day, now + 2.5 * day);
  expect(await left()).toEqual([1_508]); // never the last one
  await publish(3, now + 365 * day);
  await publish(1, now + 2.5 * day);
  for (let n = 0; n < 5; n++) await store.expire('s', 2 * day, now + 5 * day);
  expect(await left()).toEqual([1_512]);
  await store.close();
});

it('what is rotten, or says no time, keeps nothing that is old behind it', async () => {
  const path = join(directory, 'rotten.db');
  const store = await SqliteEventStore.open(path);
  const [now, day] = [Date.now(), 86_400_000];
  const at = (ms: number) => new Date(ms).toISOString();
  const metas = [at(now - 3 * day), 'rotten', 5, undefined, at(now - 3 * day), undefined, at(now), at(now)];
  for (const when of metas)
    await store.publish('s', { ...anEvent('E'), meta: { ...(when && { at: when }) } });
  const year = 365 * day;
  for (const when of [undefined, at(now + year), at(now + year), undefined, at(now - 3 * day), at(now)])
    await store.publish('ahead', { ...anEvent('E'), meta: { ...(when && { at: when }) } });
  await store.close();
  const database = new DatabaseSync(path);
  database.exec(`UPDATE events SET meta = '{"at":"2' WHERE version = 2`);
  database.close();
  const again = await SqliteEventStore.open(path);
  await again.expire('s', 2 * day, now);
  expect((await collect(again.read('s'))).map(({ version }) => version)).toEqual([6, 7, 8]);
  await again.expire('ahead', 2 * day, now);
  expect((await collect(again.read('ahead'))).map(({ version }) => version)).toEqual([5, 6]);
  await again.close();
});

describe('a log that was closed in order is not read whole when it is opened again', () => {
  const damage = (path: string) => {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(8 * 4_096, 0xff), 0, 8 * 4_096, 2 * 4_096);
    closeSync(file);
  };
  const filled = async (name: string): Promise<{ path: string; store: SqliteEventStore }> => {
    const path = join(directory, name);
    const store = await SqliteEventStore.open(path);
    for (let n = 0; n < 50; n++)
      await store.append('s', n, [{ ...anEvent('A'), data: { text: 'x'.repeat(500) } }]);
    return { path, store };
  };
  const refused = { code: 'store-unusable', message: expect.stringContaining('is damaged') };

  it('but one that was written since, or is a copy, or was not closed, is', async () => {
    const { path, store } = await filled('closed.db');
    expect(existsSync(`${path}.closed`)).toBe(false);
    await store.close();
    expect(existsSync(`${path}.closed`)).toBe(true);
    const again = await SqliteEventStore.open(path);
    expect(existsSync(`${path}.closed`)).toBe(false); // whatever happens to it from here on
    await again.close();

    const copy = join(directory, 'copy.db');
    copyFileSync(path, copy);
    damage(copy);
    copyFileSync(`${path}.closed`, `${copy}.closed`);
    await expect(SqliteEventStore.open(copy)).rejects.toMatchObject(refused);
    damage(path);
    await expect(SqliteEventStore.open(path)).rejects.toMatchObject(refused);
  });

  it('nor one that somebody else wrote to while it was open, be it with the same bytes', async () => {
    const { path, store } = await filled('shared.db');
    const before = statSync(path, { bigint: true }).ctimeNs;
    const file = openSync(path, 'r+');
    await until('the clock of the file system has gone on', () => {
      writeSync(file, Buffer.from('S'), 0, 1, 0);
      return statSync(path, { bigint: true }).ctimeNs > before;
    });
    closeSync(file);
    await store.append('t', 0, [anEvent('A')]);
    await store.close();
    expect(existsSync(`${path}.closed`)).toBe(false);
  });

  it('is taken for whole as it stands, until damage is met', async () => {
    const { path, store } = await filled('trusted.db');
    await store.close();
    damage(path);
    noteClosed(path); // as if no byte had been written since
    await (await SqliteEventStore.open(path)).close();
    const again = await SqliteEventStore.open(path);
    await expect(collect(again.read('s')).then(({ length }) => length)).rejects.toMatchObject(refused);
    await again.close();
    await expect(SqliteEventStore.open(path)).rejects.toMatchObject(refused);
  });

  it('also where the name is a link', async () => {
    const { path, store } = await filled('target.db');
    await store.close();
    const link = join(directory, 'link.db');
    symlinkSync(path, link);
    const linked = await SqliteEventStore.open(link);
    expect(existsSync(`${path}.closed`)).toBe(false);
    await linked.close();
    expect(existsSync(`${path}.closed`)).toBe(true);
  });
});
