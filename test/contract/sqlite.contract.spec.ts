import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { storeContract } from '@conclave/testing';

const directory = mkdtempSync(join(tmpdir(), 'conclave-contract-'));
afterAll(() => rmSync(directory, { recursive: true }));

storeContract('sqlite file', () => SqliteEventStore.open(join(directory, 'log.db')));
