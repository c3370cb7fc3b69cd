import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEsdbDouble } from '../esdb-double/index.js';
import { dropFolder } from '@conclave/processes';

/** End-to-end tests run whole over both. */
export const STORES = ['sqlite', 'esdb'] as const;

/** A store that outlives the servers on it: `environment` points them to it. */
export interface TestStore {
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** EventStoreDB is the real server of ESDB_URL if there is one, with a prefix of its own; else the double. */
export async function testStore(kind: (typeof STORES)[number]): Promise<TestStore> {
  if (kind === 'esdb') {
    const prefix = `e2e-${randomUUID().slice(0, 8)}-`;
    const real = process.env.ESDB_URL;
    if (real)
      return {
        environment: { CONCLAVE_STORE: real, CONCLAVE_STREAM_PREFIX: prefix },
        close: async () => undefined,
      };
    const double = await startEsdbDouble();
    return {
      environment: { CONCLAVE_STORE: double.connectionString, CONCLAVE_STREAM_PREFIX: prefix },
      close: () => double.stop(),
    };
  }
  const directory = mkdtempSync(join(tmpdir(), 'conclave-e2e-'));
  return {
    environment: { CONCLAVE_STORE: `sqlite:${join(directory, 'conclave.db')}` },
    close: async () => dropFolder(directory),
  };
}
