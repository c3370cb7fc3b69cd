import { DatabaseSync, type StatementSync } from 'node:sqlite';

// This file is loaded by the writer thread too, also straight from TypeScript in tests: it imports node: modules only
// and uses erasable syntax only.

/** An event as the table holds it; `data` and `meta` are JSON text. */
export interface Row { position: number; stream: string; version: number; id: string; type: string; data: string; meta: string }
export type NewRow = Pick<Row, 'id' | 'type' | 'data' | 'meta'>;

/** `expectedVersion` null: at whatever version the stream has. */
export interface AppendRequest { stream: string; expectedVersion: number | null; events: NewRow[] }
export type AppendResult =
  | { kind: 'written'; version: number; lastPosition: number }
  | { kind: 'repeated'; version: number; lastPosition: number }
  | { kind: 'conflict'; actualVersion: number };

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

/** The log on one SQLite file: synchronous, one owner at a time. {@link SqliteEventStore} runs it on a thread of its own. */
export class SqliteLog {
  private readonly db: DatabaseSync;
  private readonly heads = new Map<string, number>();
  private readonly insert: StatementSync;
  private readonly headOf: StatementSync;
  private readonly at: StatementSync;
  private readonly pageOfAll: StatementSync;
  private readonly pageOfStream: StatementSync;
  private readonly forget: StatementSync;

  constructor(path: string) {
    this.db = opened(path);
    this.insert = this.db.prepare('INSERT INTO events (stream, version, id, type, data, meta) VALUES (?, ?, ?, ?, ?, ?)');
    this.headOf = this.db.prepare('SELECT max(version) AS version FROM events WHERE stream = ?');
    this.at = this.db.prepare('SELECT id, position FROM events WHERE stream = ? AND version = ?');
    this.pageOfAll = this.db.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?');
    this.pageOfStream = this.db.prepare('SELECT * FROM events WHERE stream = ? AND version >= ? ORDER BY version LIMIT ?');
    this.forget = this.db.prepare('DELETE FROM events WHERE stream = ? AND version < min(?, (SELECT max(version) FROM events WHERE stream = ?))');
  }

  /** All requests in one transaction, one fsync: durable when this returns (G6). A conflict touches only its own request. */
  appendAll(requests: readonly AppendRequest[]): AppendResult[] {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      const results = requests.map((request) => this.append(request));
      this.db.exec('COMMIT');
      return results;
    } catch (error) {
      this.heads.clear();
      try { this.db.exec('ROLLBACK'); } catch { /* SQLite rolled back by itself */ }
      throw explained(error, 'writing');
    }
  }

  private append({ stream, expectedVersion, events }: AppendRequest): AppendResult {
    const head = this.head(stream);
    const expected = expectedVersion ?? head;
    if (expected !== head) return this.repeated(stream, expected, events) ?? { kind: 'conflict', actualVersion: head };
    let version = head;
    let lastPosition = 0;
    for (const { id, type, data, meta } of events) {
      lastPosition = Number(this.insert.run(stream, ++version, id, type, data, meta).lastInsertRowid);
    }
    this.heads.set(stream, version);
    return { kind: 'written', version, lastPosition };
  }

  /** The same ids at the same version: the first answer was lost, the write was not. */
  private repeated(stream: string, expected: number, events: readonly NewRow[]): AppendResult | null {
    let lastPosition = 0;
    for (const [index, event] of events.entries()) {
      const present = this.at.get(stream, expected + 1 + index) as { id: string; position: number } | undefined;
      if (present?.id !== event.id) return null;
      lastPosition = present.position;
    }
    return { kind: 'repeated', version: expected + events.length, lastPosition };
  }

  private head(stream: string): number {
    const cached = this.heads.get(stream);
    if (cached !== undefined) return cached;
    const { version } = this.headOf.get(stream) as { version: number | null };
    this.heads.set(stream, version ?? 0);
    return version ?? 0;
  }

  readAll(after: number, limit: number): Row[] {
    return reading(() => this.pageOfAll.all(after, limit) as unknown as Row[]);
  }

  readStream(stream: string, from: number, limit: number): Row[] {
    return reading(() => this.pageOfStream.all(stream, from, limit) as unknown as Row[]);
  }

  truncate(stream: string, before: number): void {
    try { this.forget.run(stream, before, stream); } catch (error) { throw explained(error, 'truncating'); }
  }

  close(): void { this.db.close(); }
}

function reading<T>(read: () => T): T {
  try { return read(); } catch (error) { throw explained(error, 'reading'); }
}

function opened(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    const applicationId = pragma(db, 'application_id');
    const tables = (db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number }).n;
    if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
      throw new LogError('store-unusable', `"${path}" is a SQLite database of another program. Point CONCLAVE_STORE to another file.`);
    }
    // FULL: a commit is on the disk when it returns. NORMAL may lose the last ones, and with them terms that were granted.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;');
    if (tables > 0) check(db, path);
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    else db.exec('BEGIN IMMEDIATE; COMMIT;'); // takes the exclusive lock now, not at the first append
    const schema = pragma(db, 'user_version');
    if (schema !== SCHEMA_VERSION) {
      throw new LogError('store-unusable', `"${path}" has schema version ${schema}, this Conclave reads ${SCHEMA_VERSION}. Use the Conclave that wrote it.`);
    }
    return db;
  } catch (error) {
    try { db?.close(); } catch { /* nothing to let go of */ }
    throw explained(error, 'opening', path);
  }
}

/** A damaged file is refused at the start, not discovered by an append in the middle of a failover. */
function check(db: DatabaseSync, path: string): void {
  const { quick_check: found } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (found !== 'ok') throw new LogError('store-unusable', `"${path}" is damaged (${found.replaceAll('\n', ' ')}). Restore it from a backup; it was not changed.`);
}

const pragma = (db: DatabaseSync, name: string): number =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0]!;

function explained(error: unknown, doing: string, path = 'the database'): LogError {
  if (error instanceof LogError) return error;
  const { errcode = 0, message = String(error) } = error as { errcode?: number; message?: string };
  const said = `${doing} failed: ${message}`;
  switch (errcode & 0xff) {
    case SQLITE.busy:
      return new LogError('store-unusable', `"${path}" is in use by another Conclave server. An embedded store serves one server; `
        + 'stop the other one, or use another file, or EventStoreDB for several servers.');
    case SQLITE.full: return new LogError('store-full', `${said}. The disk is full: make room, nothing acknowledged is lost.`);
    case SQLITE.notadb: return new LogError('store-unusable', `"${path}" is not a SQLite database. Point CONCLAVE_STORE to another file.`);
    case SQLITE.corrupt: return new LogError('store-unusable', `"${path}" is damaged (${message}). Restore it from a backup; it was not changed.`);
    case SQLITE.cantopen: case SQLITE.readonly:
      return new LogError('store-unusable', `"${path}" cannot be opened for writing (${message}). Check that the directory exists and may be written.`);
    default: return new LogError('store-unavailable', said);
  }
}
