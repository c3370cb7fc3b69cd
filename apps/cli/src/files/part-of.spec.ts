import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partOf } from './part-of.js';

const directory = mkdtempSync(join(tmpdir(), 'conclave-part-'));
afterAll(() => rmSync(directory, { recursive: true }));
const LONG_AGO = new Date(Date.now() - 7_200_000);

it('is of nobody else; what a killed one left goes, what is being written stays, and so does everything else', () => {
  for (const name of ['a.ndjson.1.part', 'b.ndjson.1.part', 'a.ndjson.new', 'a.ndjson']) {
    writeFileSync(join(directory, name), '');
    utimesSync(join(directory, name), LONG_AGO, LONG_AGO);
  }
  writeFileSync(join(directory, 'a.ndjson.2.part'), '');
  const file = join(directory, 'a.ndjson');
  const [one, other] = [partOf(file), partOf(file)]; // also of one pid, as in two containers that share the folder
  expect(one).not.toBe(other);
  for (const name of [one, other]) expect(name).toMatch(/a\.ndjson\.[0-9a-f-]{36}\.part$/);
  expect(readdirSync(directory).sort()).toEqual(
    ['a.ndjson', 'a.ndjson.2.part', 'a.ndjson.new', 'b.ndjson.1.part'].sort(),
  );
});
