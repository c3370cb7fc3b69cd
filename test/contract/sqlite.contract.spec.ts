import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { anEvent, storeContract, until } from '@conclave/testing';

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
