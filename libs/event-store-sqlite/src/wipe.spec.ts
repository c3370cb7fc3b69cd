import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { copyFileSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { dropFolder } from '@conclave/processes';
import { SqliteLog } from './sqlite-log.js';
import { openDatabase } from './sqlite-open.js';

const NAME = 'anastasia@q.example';
let [folder, file] = ['', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-wipe-'));
  file = join(folder, 'c.db');
});
afterEach(() => dropFolder(folder));

/** Whole numbers from 0 up to below `most`, always the same ones. */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** Logs in which others' rows went before hers, so that SQLite has moved hers, and then all of hers. */
function logWithout(seed: number): SqliteLog {
  const next = numbers(seed);
  const log = new SqliteLog(openDatabase(file));
  const versions = new Map<string, number>();
  const put = (stream: string, data: object) => {
    versions.set(stream, (versions.get(stream) ?? 0) + 1);
    const event = { id: `e${next(2 ** 31)}`, type: 'T', data: JSON.stringify(data), meta: '{}' };
    log.appendAll([{ stream, expectedVersion: null, events: [event] }]);
  };
  for (let n = 0; n < 120; n++) {
    const stream = ['hers', 'ours', 'presence'][next(3)]!;
    put(stream, { text: 'x'.repeat(next(900)), ...(stream === 'hers' && { by: NAME }) });
    if (next(20) === 0) log.truncate(['ours', 'presence'][next(2)]!, next(n + 2), 1_000);
  }
  put('hers', {});
  log.truncate('hers', versions.get('hers')!, 1_000);
  return log;
}

const isLeft = () => readFileSync(file).includes(NAME);
const rowsOf = (log: SqliteLog) => log.readAll(0, 1_000).rows;

it.each([10, 24])('what SQLite has moved and then deleted is in no byte of the file: log %i', (seed) => {
  const log = logWithout(seed);
  expect(isLeft()).toBe(true); // or nothing of this is needed any more
  const [rows, bytes] = [rowsOf(log), statSync(file).size];
  log.oweWipe();
  expect(log.wipe()).toBe(true);
  expect([isLeft(), rowsOf(log)]).toEqual([false, rows]);
  expect(statSync(file).size).toBeLessThan(bytes);
  log.close();
});

it('a file too large for that is written anew when it is opened next, also after a crash before', () => {
  let log = logWithout(10);
  const rows = rowsOf(log);
  log.oweWipe();
  expect([log.wipe(0), isLeft(), rowsOf(log)]).toEqual([false, true, rows]);
  log.close();
  log = new SqliteLog(openDatabase(file));
  expect([isLeft(), rowsOf(log)]).toEqual([false, rows]);
  log.close();
});

/** Before the log runs SQL; what that throws is thrown there. */
function beforeSql(log: SqliteLog, act: (sql: string, db: Pick<DatabaseSync, 'exec'>) => void): void {
  const { db } = log as unknown as { db: DatabaseSync };
  const exec = db.exec.bind(db);
  const unwatched = { exec };
  db.exec = (sql) => {
    act(sql, unwatched);
    exec(sql);
  };
}

it('killed before the file itself is the new one: it is written anew at the next opening, before it is watched', () => {
  const log = logWithout(10);
  log.oweWipe();
  const killed = join(folder, 'killed.db');
  beforeSql(log, (sql) => {
    if (sql.includes('checkpoint')) for (const end of ['', '-wal']) copyFileSync(file + end, killed + end);
  });
  log.wipe();
  log.close();
  const bytes = statSync(killed).size;
  const open = new SqliteLog(openDatabase(killed)); // to close it would be another way to the same end
  expect(statSync(killed).size).toBeLessThan(bytes);
  open.close();
});

it('a disk that was filled by it in vain has its room again', () => {
  const log = logWithout(10);
  log.oweWipe();
  beforeSql(log, (sql, db) => {
    if (!sql.includes('VACUUM')) return;
    db.exec(
      'PRAGMA cache_size = 10; BEGIN; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(1000000)); ROLLBACK',
    );
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(900_000);
    throw new Error('full');
  });
  expect(() => log.wipe()).toThrow('full');
  expect(statSync(`${file}-wal`).size).toBe(0);
  log.close();
});

it('one that is due and finds no room at a start is said, and stays due', () => {
  const before = logWithout(10);
  before.oweWipe();
  before.close();
  const db = openDatabase(file);
  const exec = db.exec.bind(db);
  db.exec = (sql) => {
    if (sql.includes('VACUUM')) throw new Error('database or disk is full');
    exec(sql);
  };
  const log = new SqliteLog(db);
  expect([log.problem, isLeft()]).toEqual([
    expect.stringMatching(/^what was forgotten may .* \(database or disk is full\)\. Make room for two/),
    true,
  ]);
  log.close();
  const again = new SqliteLog(openDatabase(file));
  expect([again.problem, isLeft()]).toEqual([null, false]);
  again.close();
});

it('a log in memory has no file, and asks for no folder in which one could be written', () => {
  const log = new SqliteLog(openDatabase(':memory:'));
  log.oweWipe();
  const asked: string[] = [];
  beforeSql(log, (sql) => asked.push(sql));
  expect([log.wipe(), asked]).toEqual([true, []]);
  log.close();
});

it('Node 22.13, on which the store can run, does not say by `location` where a database is', () => {
  const log = logWithout(10);
  Object.defineProperty((log as unknown as { db: DatabaseSync }).db, 'location', { value: undefined });
  log.oweWipe();
  expect([log.wipe(), isLeft()]).toEqual([true, false]);
  log.close();
});
