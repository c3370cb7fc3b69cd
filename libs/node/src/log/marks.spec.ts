import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupLog, newHead } from '@conclave/election';
import { StoreUnusable } from '@conclave/event-store';
import { draftNameOf, sweepDrafts } from '@conclave/launch';
import { KnownLog } from './known-log.js';
import { MarksFile, writeMarks } from './marks-file.js';
import { nothingKnown, readMarks, type LogMarks, type Mark } from './marks.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-marks-'));
  path = join(folder, 'deeper', 'x.known');
});
afterEach(() => rmSync(folder, { recursive: true }));

const unexpected = (message: string): never => {
  throw new Error(message);
};
const mark = (version: number, term: number): Mark => ({
  version,
  term,
  hash: 'a'.repeat(64),
  breaks: 0,
  leaseMs: 15_000,
});
const marks: LogMarks = {
  groups: new Map([['g', mark(7, 2)]]),
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
    const file = new MarksFile(path, unexpected);
    file.saveNow(marks);
    file.noteAtOnce('g', mark(9, 3));
    file.noteAtOnce('h', mark(3, 1));
    file.noteAtOnce('g', mark(8, 2)); // older than what was noted before
    appendFileSync(`${path}.new-terms`, '\0\0]\n["g",{"version":12,"te');
    expect(readMarks(path)!.groups).toEqual(
      new Map([
        ['g', mark(9, 3)],
        ['h', mark(3, 1)],
      ]),
    );
    writeMarks(path, marks);
    expect(readMarks(path)!.groups).toEqual(marks.groups);
  });

  it('includes terms noted before there was a file', () => {
    new MarksFile(path, unexpected).noteAtOnce('g', mark(9, 3)); // G1: it went live, and was killed before it wrote the rest
    expect(readMarks(path)).toEqual({ ...nothingKnown(), groups: new Map([['g', mark(9, 3)]]) });
  });

  it('is written in pieces while others have their turn; terms noted meanwhile are kept beside it', async () => {
    const groups = new Map(Array.from({ length: 1_001 }, (_, n) => [`g${n}`, mark(n, 1)]));
    const file = new MarksFile(path, unexpected);
    file.saveNow(marks);
    file.pace.note(false);
    file.tick(0, false, () => ({ ...marks, groups }));
    groups.set('g0', mark(99, 2));
    file.noteAtOnce('g0', mark(99, 2));
    expect(readMarks(path)!.groups).toEqual(
      new Map([
        ['g', mark(7, 2)],
        ['g0', mark(99, 2)],
      ]),
    );
    while (!readMarks(path)!.groups.has('g1000')) await new Promise(setImmediate);
    expect(readMarks(path)).toEqual({ ...marks, groups });
    expect(readdirSync(join(folder, 'deeper')).toSorted()).toEqual(['x.known', 'x.known.new-terms']);
  });

  it('is overtaken by what is kept at once', async () => {
    const file = new MarksFile(path, unexpected);
    file.pace.note(false);
    file.tick(0, false, () => marks);
    file.saveNow({ ...marks, broken: 'replaced' });
    while (readdirSync(join(folder, 'deeper')).length > 1) await new Promise(setImmediate);
    expect(readMarks(path)!.broken).toBe('replaced');
  });

  it('is kept whole at a stop amid that, and no draft of it is left', async () => {
    const file = new MarksFile(path, unexpected);
    file.pace.note(false);
    file.tick(0, false, () => marks);
    file.tick(0, true, () => ({ ...marks, broken: 'replaced' })); // the process ends now
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['x.known']);
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    expect(readMarks(path)!.broken).toBe('replaced');
  });

  it('leaves drafts of a killed process behind only until the next start', () => {
    writeMarks(path, marks);
    writeFileSync(draftNameOf(path, 'new'), '{"form');
    sweepDrafts(path, Date.now());
    expect(readdirSync(join(folder, 'deeper'))).toHaveLength(2); // somebody may be writing it
    sweepDrafts(path, Date.now() + 61_000);
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['x.known']);
  });

  it('behind a link to a disk that is not mounted it is not forgotten either', () => {
    mkdirSync(join(folder, 'deeper'));
    symlinkSync(join(folder, 'unmounted', 'x.known'), path);
    expect(() => readMarks(path)).toThrow(/ cannot be read \(it is a link to a file that is not there\)\./);
    symlinkSync(join(folder, 'unmounted'), join(folder, 'data'));
    const there = join(folder, 'data', 'deeper', 'x.known');
    expect(() => readMarks(there)).toThrow(/ \(".*\/data" is a link to a folder that is not there\)\./);
    mkdirSync(join(folder, 'unmounted'));
    expect(readMarks(there)).toBe(null);
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

it('a snapshot of before a log was accepted takes back nothing of what is known since', () => {
  // G1
  const known = { ...mark(20, 9), breaks: 1 };
  writeMarks(path, { ...marks, groups: new Map([['g', known]]), accepted: null });
  const log = new KnownLog(
    path,
    new GroupLog().groups,
    { anchors: () => [], keys: () => ({ keys: [] }), told: () => new Map() },
    unexpected,
  );
  log.load();
  const head = newHead('g');
  log.remember([{ ...head, state: { ...head.state, version: 25, term: 6 } }]);
  expect(log.kept.groups).toEqual(new Map([['g', known]]));
});
