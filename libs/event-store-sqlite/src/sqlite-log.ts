import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Dated, Expired } from './expired.js';
import type { AppendRequest, AppendResult, NewRow, Page, Row } from './rows.js';

// This file is loaded by the writer thread too, also straight from TypeScript in tests: it imports node:
// modules only and uses erasable syntax only.

/** A fifth of a second. */
const MOST_WIPED_BYTES = 32 * 2 ** 20;

/** The log on one SQLite file: synchronous, one owner at a time. {@link SqliteEventStore} runs it on a thread of its own. */
export class SqliteLog {
  private readonly db: DatabaseSync;
  private readonly heads = new Map<string, number>();
  private readonly insert: StatementSync;
  private readonly headOf: StatementSync;
  private readonly at: StatementSync;
  private readonly pageOfAll: StatementSync;
  private readonly pageOfStream: StatementSync;
  private readonly oldest: StatementSync;
  private readonly forget: StatementSync;
  /** What is not as it should be, though the log can be used. */
  problem: string | null = null;

  /** Over an open database, see sqlite-open. Throws what SQLite throws. */
  constructor(db: DatabaseSync) {
    this.db = db;
    this.wipeAsDue();
    this.insert = this.db.prepare(
      'INSERT INTO events (stream, version, id, type, data, meta) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.headOf = this.db.prepare('SELECT max(version) AS version FROM events WHERE stream = ?');
    this.at = this.db.prepare('SELECT id, position FROM events WHERE stream = ? AND version = ?');
    this.pageOfAll = this.db.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?');
    this.pageOfStream = this.db.prepare(
      'SELECT * FROM events WHERE stream = ? AND version >= ? ORDER BY version LIMIT ?',
    );
    this.oldest = this.db.prepare(
      `SELECT version, CASE WHEN json_valid(meta) THEN CASE json_type(meta, '$.at') WHEN 'text' THEN meta ->> '$.at' END END AS at
       FROM events WHERE stream = ? AND version >= ? ORDER BY version LIMIT ?`,
    );
    this.forget = this.db.prepare('DELETE FROM events WHERE stream = ? AND version <= ?');
  }

  /**
   * All requests in one transaction, one fsync: durable when this returns (G6). A conflict touches only its
   * own request.
   */
  appendAll(requests: readonly AppendRequest[]): AppendResult[] {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      const results = requests.map((request) => this.append(request));
      this.db.exec('COMMIT');
      return results;
    } catch (error) {
      this.heads.clear();
      try {
        this.db.exec('ROLLBACK');
      } catch {
        /* SQLite rolled back by itself */
      }
      throw error;
    }
  }

  private append({ stream, expectedVersion, events }: AppendRequest): AppendResult {
    const head = this.head(stream);
    const expected = expectedVersion ?? head;
    if (expected !== head)
      return this.repeated(stream, expected, events) ?? { kind: 'conflict', actualVersion: head };
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
      const present = this.at.get(stream, expected + 1 + index) as
        { id: string; position: number } | undefined;
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

  readAll(after: number, limit: number): Page {
    return pageOf(this.pageOfAll.iterate(after, limit), limit);
  }

  readStream(stream: string, from: number, limit: number): Page {
    return pageOf(this.pageOfStream.iterate(stream, from, limit), limit);
  }

  /** Forgets the oldest events of a stream, as many as `expired` says: at most so many, and never the last one. */
  expire(stream: string, limit: number, expired: Expired): number {
    const oldest = this.oldest.all(stream, 0, limit + 1) as unknown as Dated[];
    const count = expired(
      oldest,
      (version) => (this.oldest.get(stream, version, 1) as Dated | undefined) ?? null,
    );
    if (count > 0) this.forget.run(stream, oldest[count - 1]!.version);
    return count;
  }

  /** Lets go of events below that version: at most so many, and never of the last one. How many there were. */
  truncate(stream: string, before: number, limit: number): number {
    const { version: last } = this.headOf.get(stream) as { version: number | null };
    const oldest = this.oldest.all(stream, 0, limit) as { version: number }[];
    const gone = oldest.filter(({ version }) => version < before && version !== last);
    if (gone.length > 0) this.forget.run(stream, gone.at(-1)!.version);
    if (gone.length < limit) this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)'); // nor is it left in there
    return gone.length;
  }

  /** Something is about to be deleted for good: {@link wipe} is due, at the latest when the file is opened next. */
  oweWipe(): void {
    this.db.exec('CREATE TABLE IF NOT EXISTS wipe_due (x)');
  }

  /**
   * What was deleted is in no byte of the file any more. `secure_delete` does not see to that alone: when SQLite moves rows to
   * other pages, as it does when others beside them go, their old places keep what stood there. To write the file anew takes 7 ms
   * a MB in which nothing is appended, so a larger one waits for its next opening; false then.
   */
  wipe(mostBytes = MOST_WIPED_BYTES): boolean {
    if (this.file === '') return true; // in memory
    const size = 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';
    const { bytes } = this.db.prepare(size).get() as { bytes: number };
    if (bytes <= mostBytes) this.writeAnew();
    return bytes <= mostBytes;
  }

  /** By a pragma: Node 22.13 has no `location()`. */
  private get file(): string {
    return (this.db.prepare('PRAGMA database_list').get() as { file: string }).file;
  }

  /** Where there is no room for it, it stays due. */
  private wipeAsDue(): void {
    try {
      if (this.db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'wipe_due'").get()) this.writeAnew();
    } catch (error) {
      const { message } = error as Error;
      this.problem = `what was forgotten may stand in unused parts of ${this.file} yet: it could not be written anew (${message}). Make room for two of it beside it, and start again.`;
    }
  }

  /** Files that it needs meanwhile are beside the database: elsewhere may be no place where a server may write. */
  private writeAnew(): void {
    const folder = dirname(this.file).replaceAll("'", "''");
    try {
      this.db.exec(`PRAGMA temp_store_directory = '${folder}'; VACUUM`);
    } finally {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)'); // else a full disk stays so by what was written in vain
    }
    // Not before the file itself is the new one: after a crash it would become smaller later, while it is watched.
    this.db.exec('DROP TABLE wipe_due');
  }

  /** The stream goes on behind this version, with a place holder there. */
  begin(stream: string, version: number, { id, type, data, meta }: NewRow): void {
    if (this.head(stream) >= version) return;
    this.insert.run(stream, version, id, type, data, meta);
    this.heads.set(stream, version);
  }

  close(): void {
    this.db.close();
  }
}

/** Events of a large group are large: a page of many would hold up the thread that receives it. */
const PAGE_CHARS = 1_000_000;

function pageOf(found: Iterable<unknown>, limit: number): Page {
  const rows: Row[] = [];
  let chars = 0;
  for (const row of found as Iterable<Row>) {
    rows.push(row);
    chars += row.data.length + row.meta.length;
    if (chars > PAGE_CHARS) return { rows, isLast: false };
  }
  return { rows, isLast: rows.length < limit };
}
