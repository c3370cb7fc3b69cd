import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnusable } from '@conclave/event-store';
import { noteTerm, readMarks, writeMarks, type LogMarks, type Mark } from './marks.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-marks-'));
  path = join(folder, 'deeper', 'x.known');
});
afterEach(() => rmSync(folder, { recursive: true }));

const mark = (version: number, term: number): Mark => ({
  version,
  term,
  hash: 'a'.repeat(64),
  breaks: 0,
  leaseMs: 15_000,
});
const marks: LogMarks = {
  groups: { g: mark(7, 2) },
  anchors: [{ stream: 'group-g', version: 7, id: 'x', position: '70' }],
  keys: [{ kty: 'OKP', kid: 'k' }],
  broken: null,
  accepted: { by: 'operator:ana', reason: 'disk', correlationId: 'c' },
};

describe('what is known of a log', () => {
  it('is read as it was written; nothing else is left beside it', () => {
    expect(readMarks(path)).toBeNull();
    writeMarks(path, marks);
    writeMarks(path, marks);
    expect(readMarks(path)).toEqual(marks);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['x.known']);
  });

  it('includes terms noted since, also where a crash cut the last line short; the next file replaces them', () => {
    writeMarks(path, marks);
    noteTerm(path, 'g', mark(9, 3));
    noteTerm(path, 'h', mark(3, 1));
    noteTerm(path, 'g', mark(8, 2)); // older than what was noted before
    appendFileSync(`${path}.new-terms`, '\0\0]\n["g",{"version":12,"te');
    expect(readMarks(path)!.groups).toEqual({ g: mark(9, 3), h: mark(3, 1) });
    writeMarks(path, marks);
    expect(readMarks(path)!.groups).toEqual(marks.groups);
  });

  it.each(['', 'x', '{"format":1}', JSON.stringify({ format: 2, ...marks })])(
    'is not forgotten silently if it cannot be read: %j',
    (text) => {
      writeMarks(path, marks);
      writeFileSync(path, text);
      expect(() => readMarks(path)).toThrow(StoreUnusable);
      expect(() => readMarks(path)).toThrow(
        /x\.known", which says what this server knew of its log, cannot be read .* move that file away/,
      );
    },
  );
});
