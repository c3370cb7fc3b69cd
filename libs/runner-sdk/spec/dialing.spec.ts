import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFor } from '../src/http/dialing.js';

const folder = mkdtempSync(join(tmpdir(), 'conclave-dialing-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a file of authorities without any is no reason to trust those that Node knows', async () => {
  const ca = join(folder, 'ca.pem');
  for (const text of ['', 'no certificate']) {
    writeFileSync(ca, text);
    await expect(fetchFor({ ca })('https://127.0.0.1:1/')).rejects.toThrow('holds no certificate');
  }
});
