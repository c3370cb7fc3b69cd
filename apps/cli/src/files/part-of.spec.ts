import { afterAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partOf } from './part-of.js';

const directory = mkdtempSync(join(tmpdir(), 'conclave-part-'));
afterAll(() => rmSync(directory, { recursive: true }));
const LONG_AGO = new Date(Date.now() - 7_200_000);

it('is of nobody else; what a killed one left goes, what is being written stays, and so does everything else', () => {
  const [killed, written] = [randomUUID(), randomUUID()];
  const stays = [`b.ndjson.${killed}.part`, `a.ndjson.${killed}.new`, 'a.ndjson', 'a.ndjson.mine.part'];
  for (const name of [`a.ndjson.${killed}.part`, ...stays]) {
    writeFileSync(join(directory, name), '');
    utimesSync(join(directory, name), LONG_AGO, LONG_AGO);
  }
  const folder = `a.ndjson.${randomUUID()}.part`;
  mkdirSync(join(directory, folder));
  utimesSync(join(directory, folder), LONG_AGO, LONG_AGO);
  writeFileSync(join(directory, `a.ndjson.${written}.part`), '');
  const file = join(directory, 'a.ndjson');
  const [one, other] = [partOf(file), partOf(file)]; // also of one pid, as in two containers that share the folder
  expect(one).not.toBe(other);
  for (const name of [one, other]) expect(name).toMatch(/a\.ndjson\.[0-9a-f-]{36}\.part$/);
  expect(readdirSync(directory).sort()).toEqual([...stays, folder, `a.ndjson.${written}.part`].sort());
});
