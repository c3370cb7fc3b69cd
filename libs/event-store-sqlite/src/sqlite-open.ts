import { accessSync, closeSync, constants, existsSync, lstatSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// Loaded by the writer thread too, also straight from TypeScript in tests: node: modules and erasable syntax
// only.

export class LogError extends Error {
  readonly code: 'store-full' | 'store-unavailable' | 'store-unusable';

  constructor(code: LogError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const APPLICATION_ID = 0x434f4e43; // "CONC"
const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused, also after truncation
    stream TEXT NOT NULL, version INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL,
    UNIQUE (stream, version)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

const SQLITE = { busy: 5, readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14, notadb: 26 };

/**
 * Opens the file as this process's own, for as long as it lives; makes it if it is not there. `isWhole`: known to be, so that it
 * is not read to find damage. Throws {@link LogError}: in use, of another program, damaged, not writable.
 */
export function openDatabase(path: string, isWhole = false): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    makeOwn(path);
    db = new DatabaseSync(path);
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const applicationId = pragma(db, 'application_id');
    const tables = (db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number }).n;
    if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
      throw new LogError(
        'store-unusable',
        `"${path}" is a SQLite database of another program. Point CONCLAVE_STORE to another file.`,
      );
    }
    // FULL: a commit is on the disk when it returns. NORMAL may lose the last ones, and with them terms that
    // were granted.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;');
    db.exec('PRAGMA secure_delete = ON'); // what is let go of is not only hidden
    if (tables > 0 && !isWhole) check(db, path);
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    else db.exec('BEGIN IMMEDIATE; COMMIT;'); // takes the exclusive lock now, not at the first append
    const schema = pragma(db, 'user_version');
    if (schema !== SCHEMA_VERSION) {
      throw new LogError(
        'store-unusable',
        `"${path}" has schema version ${schema}, this Conclave reads ${SCHEMA_VERSION}. Use the Conclave that wrote it.`,
      );
    }
    return db;
  } catch (error) {
    try {
      db?.close();
    } catch {
      /* nothing to let go of */
    }
    throw explainFailure(error, 'opening', path);
  }
}

/** Nobody but its user may read it; SQLite gives its -wal and -shm the same rights. What is wrong is told when it is opened. */
function makeOwn(path: string): void {
  if (path === ':memory:' || existsSync(path)) return; // to close one that is open would let go of its locks
  try {
    // 'wx' makes nothing through a link to a file that is not there yet
    closeSync(openSync(path, isLink(path) ? 'a' : 'wx', 0o600));
  } catch {
    /* no such folder, or somebody else was first */
  }
}

/** A damaged file is refused at the start, not discovered by an append in the middle of a failover. */
function check(db: DatabaseSync, path: string): void {
  const { quick_check: found } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (found !== 'ok')
    throw new LogError(
      'store-unusable',
      `"${path}" is damaged (${found.replaceAll('\n', ' ')}). Restore it from a backup; it was not changed.`,
    );
}

const pragma = (db: DatabaseSync, name: string): number =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0]!;

/** What SQLite says where rights are missing, among other things. */
const FORBIDDEN = new Set([SQLITE.cantopen, SQLITE.readonly, SQLITE.ioerr]);

/** Why this process may not read and write there, as far as the system says; null: it may, or nothing is there. */
function whyForbidden(path: string): string | null {
  const places = { it: path, 'its folder': dirname(path), 'its -wal': `${path}-wal` };
  for (const [what, at] of Object.entries(places)) {
    try {
      accessSync(at, constants.R_OK | constants.W_OK);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'EROFS') return `${what} is on a filesystem that is mounted read-only`;
      if (code !== 'EACCES' && code !== 'EPERM') continue;
      const found = statOf(at);
      if (!found) continue; // its folder says why
      const rights = `${what} belongs to user ${found.uid} and has mode ${(found.mode & 0o777).toString(8)}`;
      return `${rights}, and this process, of user ${process.geteuid?.()}, must be able to read and write it`;
    }
  }
  return null;
}

/** SQLite names neither the file that it could not make beside the database, nor why. Null: that is not it. */
function whyNothingBeside(path: string): string | null {
  if (!existsSync(path) && isLink(path))
    return 'it is a link to a file that is not there: mount that, or mend the link';
  const [wal, probe] = [`${path}-wal`, `${path}.probe-${process.pid}`];
  try {
    if (existsSync(wal)) closeSync(openSync(wal, 'r+'));
    closeSync(openSync(probe, 'wx', 0o600));
    rmSync(probe);
    return null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === 'ENOSPC'
      ? 'no file can be made beside it. The disk is full ("df -i"): make room'
      : `what belongs to it cannot be written (${message}). Mend that`;
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** A driver error in the closed list of stores, with what to do. */
export function explainFailure(error: unknown, doing: string, file?: string): LogError {
  if (error instanceof LogError) return error;
  const { errcode = 0, message = String(error) } = error as { errcode?: number; message?: string };
  const said = `${doing} failed: ${message}`;
  const path = file ?? 'the database';
  const kind = errcode & 0xff;
  const why = file && FORBIDDEN.has(kind) ? (whyForbidden(file) ?? whyNothingBeside(file)) : null;
  if (why) return new LogError('store-unusable', `"${path}" cannot be opened (${message}): ${why}.`);
  switch (kind) {
    case SQLITE.busy:
      return new LogError(
        'store-unusable',
        `"${path}" is in use by another Conclave server, or a program like sqlite3 has it open. An embedded store serves ` +
          'one server; stop the other one, or use another file, or EventStoreDB for several servers. If none has, its disk ' +
          'knows no locks (NFS): keep it on a local one.',
      );
    case SQLITE.full:
      return new LogError(
        'store-full',
        `${said}. The disk is full: make room, nothing acknowledged is lost.`,
      );
    case SQLITE.notadb:
      return new LogError(
        'store-unusable',
        `"${path}" is not a SQLite database. Point CONCLAVE_STORE to another file.`,
      );
    case SQLITE.corrupt:
      return new LogError(
        'store-unusable',
        `"${path}" is damaged (${message}). Restore it from a backup; it was not changed.`,
      );
    case SQLITE.cantopen:
    case SQLITE.readonly:
      return new LogError(
        'store-unusable',
        `"${path}" cannot be opened for writing (${message}). Check that the directory exists and may be written.`,
      );
    case SQLITE.ioerr:
      return new LogError(
        'store-unavailable',
        `${said} ("${path}"). Look whether its disk is mounted read-only, or broken, or files may not be larger (ulimit -f).`,
      );
    default:
      return new LogError('store-unavailable', said);
  }
}
