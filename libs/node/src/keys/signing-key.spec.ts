import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../reporting/logger.js';
import { anotherKey, signingKey } from './signing-key.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-key-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const logger = { warn: () => undefined } as unknown as Logger;

it('one that is not there is made, kept, and told of: whoever has lost it should know', async () => {
  const file = join(folder, 'made');
  const said: string[] = [];
  const telling = { ...logger, info: (message: string) => said.push(message) } as unknown as Logger;
  const made = await signingKey(file, telling);
  expect(said).toEqual([`there was no signing key in "${file}": this server made one`]);
  expect((await signingKey(file, telling)).publicKey).toEqual(made.publicKey);
  expect(said).toHaveLength(1);
});

it('no key has a name that a command line takes for an option', async () => {
  const kids = await Promise.all(
    Array.from({ length: 500 }, async () => (await anotherKey()).key.publicKey.kid),
  );
  expect(kids.filter((kid) => kid.startsWith('-'))).toEqual([]);
});

it.each(['null', '7', '[]', '{}', '"key"'])('%s is no key, and the refusal says so', async (text) => {
  const file = join(folder, 'key');
  writeFileSync(file, text, { mode: 0o600 });
  await expect(signingKey(file, logger)).rejects.toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining(`"${file}" holds no Ed25519 key.`),
  });
});

it('nor is a link to a file that is not there: no other key takes its place', async () => {
  const file = join(folder, 'link');
  symlinkSync(join(folder, 'unmounted', 'key'), file);
  await expect(signingKey(file, logger)).rejects.toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining(`"${file}" cannot be read (it is a link to a file that is not there)`),
  });
});

it('nor is one in a folder that is such a link', async () => {
  const link = join(folder, 'data');
  symlinkSync(join(folder, 'unmounted'), link);
  await expect(signingKey(join(link, 'key'), logger)).rejects.toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining(`cannot be read ("${link}" is a link to a folder that is not there)`),
  });
});
