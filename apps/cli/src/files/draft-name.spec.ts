import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draftNameOf } from './draft-name.js';

const directory = mkdtempSync(join(tmpdir(), 'conclave-draft-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('is of this process; what a killed one left goes, what a live one writes stays, and so does everything else', () => {
  const parent = `a.ndjson.${process.ppid}.part`;
  for (const name of [
    'a.ndjson.99999999.part',
    parent,
    'b.ndjson.99999999.part',
    'a.ndjson.x.part',
    'a.ndjson',
  ])
    writeFileSync(join(directory, name), '');
  expect(draftNameOf(join(directory, 'a.ndjson'))).toBe(join(directory, `a.ndjson.${process.pid}.part`));
  expect(readdirSync(directory).sort()).toEqual(
    ['a.ndjson', parent, 'a.ndjson.x.part', 'b.ndjson.99999999.part'].sort(),
  );
});
