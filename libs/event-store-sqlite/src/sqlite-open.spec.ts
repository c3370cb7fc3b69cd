import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropFolder } from '@conclave/processes';
import { openDatabase } from './sqlite-open.js';

let [folder, file] = ['', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-open-'));
  file = join(folder, 'c.db');
});
afterEach(() => dropFolder(folder));

const refusal = (): Error => {
  try {
    openDatabase(file).close();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was opened');
};

it('what SQLite keeps beside a database and cannot open is named', () => {
  openDatabase(file).close();
  mkdirSync(`${file}-wal`);
  expect(refusal()).toMatchObject({
    code: 'store-unusable',
    message: expect.stringMatching(/what belongs to it cannot be written \(.*c\.db-wal'\)\. Mend that\.$/),
  });
  expect(readdirSync(folder).sort()).toEqual(['c.db', 'c.db-wal']);
});

it('so is a link to a database that is not there', () => {
  symlinkSync(join(folder, 'unmounted', 'c.db'), file);
  expect(refusal().message).toMatch(
    /: it is a link to a file that is not there: mount that, or mend the link\.$/,
  );
});
