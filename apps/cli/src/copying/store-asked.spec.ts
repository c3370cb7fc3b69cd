import { afterEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeAsked } from '../files/store-at.js';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

it('a store that is named on the command line is opened as the user that the environment names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-store-at-'));
  writeFileSync(join(folder, 'password'), 'p:w\n');
  process.env.CONCLAVE_STORE = 'esdb://other?tls=false';
  process.env.CONCLAVE_STORE_USER = 'conclave';
  process.env.CONCLAVE_STORE_PASSWORD_FILE = join(folder, 'password');
  expect(await storeAsked('esdb://a,b?tlsCAFile=ca.crt')).toBe('esdb://conclave:p%3Aw@a,b?tlsCAFile=ca.crt');
  expect(await storeAsked(undefined)).toBe('esdb://conclave:p%3Aw@other?tls=false');
  expect(await storeAsked('sqlite:./a.db')).toBe('sqlite:./a.db');
  await expect(storeAsked('esdb://u:p@a')).rejects.toThrow('a password in --store is seen by everybody');
  rmSync(folder, { recursive: true });
});
