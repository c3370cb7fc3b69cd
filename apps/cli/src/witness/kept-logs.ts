import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from '@conclave/launch';
import type { Witnessed } from '@conclave/audit';
import { replaceFile } from '@conclave/node';
import { CliError } from '../remote/cli-error.js';
import { textOf, witnessedIn } from './kept-log.js';

const ENDING = '.log.ndjson';
/** What was refused is evidence, up to so many bytes a log. */
const REFUSED_BYTES = 1024 * 1024;

/** What was not co-signed, and why. */
export interface Refusal {
  at: string;
  why: string;
  checkpoint: string;
}

/** The directory of a witness: a file for each log, and what was refused of it. It is one process's own. */
export class KeptLogs {
  private readonly logs = new Map<string, Witnessed>();

  private constructor(
    private readonly data: string,
    private readonly lock: DatabaseSync,
  ) {}

  /** Throws {@link CliError}: in use, cannot be written, or something in it is damaged. */
  static open(data: string): KeptLogs {
    const kept = new KeptLogs(data, lockOf(data));
    for (const name of readdirSync(data)) {
      if (name.endsWith(ENDING)) kept.load(join(data, name));
      if (name.endsWith('.new')) rmSync(join(data, name)); // of one that was killed; the folder is ours
    }
    return kept;
  }

  private load(path: string): void {
    try {
      const witnessed = witnessedIn(readFileSync(path, 'utf8'));
      if (path !== this.pathOf(witnessed.log)) throw new Error('it is of another log than its name says');
      this.logs.set(witnessed.log, witnessed);
    } catch (error) {
      const why =
        error instanceof Error && error.name !== 'ZodError' ? error.message : 'it is not of the right form';
      throw new CliError(
        3,
        `"${path}" is damaged: ${why}. Restore it from a backup; an older one will do. Without one, move it away: ` +
          'the log is then taken as it is at its next checkpoint, and nothing before that is vouched for.',
      );
    }
  }

  get(log: string): Witnessed | null {
    return this.logs.get(log) ?? null;
  }
  get size(): number {
    return this.logs.size;
  }

  /** On the disk, whatever happens, when it returns. */
  keep(witnessed: Witnessed): void {
    replaceFile(this.pathOf(witnessed.log), textOf(witnessed), { isDurable: true });
    syncFolder(this.data);
    this.logs.set(witnessed.log, witnessed);
  }

  refused(log: string, refusal: Refusal): void {
    const path = join(this.data, `${log}.refused.ndjson`);
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < REFUSED_BYTES)
      appendFileSync(path, `${JSON.stringify(refusal)}\n`);
  }

  close(): void {
    this.lock.close();
  }

  private pathOf(log: string): string {
    return join(this.data, `${log}${ENDING}`);
  }
}

/** Held by the system for as long as this process lives, and no longer. */
function lockOf(data: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(data);
    lock = new DatabaseSync(join(data, 'lock'));
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const { errcode = 0, message } = error as Error & { errcode?: number };
    const BUSY = 5;
    const why =
      (errcode & 0xff) === BUSY
        ? 'is in use by another witness. Stop that one, or give --data'
        : `cannot be used (${message}). Mend that, or give --data`;
    throw new CliError(3, `the directory "${data}" ${why}.`);
  }
}

/** A file that was put in place of another stands there after a power failure, too. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
