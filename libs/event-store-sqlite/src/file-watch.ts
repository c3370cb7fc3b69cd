import { statSync, type Stats } from 'node:fs';
import { fileOf } from './directory.js';

const LOOK_MS = 1_000;
const AWAY = 'was deleted or moved away';

/**
 * Looks now and then whether the files of a database are still those that were opened: what is written goes into those.
 * What was committed stands in the log beside it until SQLite has moved it, so that one counts, too.
 */
export class FileWatch {
  private last: Stats;
  private readonly log: string;
  private lastLog: Stats | undefined;
  private readonly timer: NodeJS.Timeout;
  private mayShrink = false;

  /** `onGone` is told once, why. */
  constructor(
    private readonly path: string,
    private readonly onGone: (why: string) => void,
  ) {
    this.last = statSync(path);
    this.log = `${fileOf(path)}-wal`;
    this.lastLog = statSync(this.log, { throwIfNoEntry: false });
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** It is written anew: whatever else becomes of it is told all the same. */
  async whileItShrinks<T>(act: () => Promise<T>): Promise<T> {
    this.mayShrink = true;
    try {
      return await act();
    } finally {
      this.look();
      this.mayShrink = false;
    }
  }

  private look(): void {
    const why = this.why();
    if (why === null) return;
    this.stop();
    this.onGone(`the database file ${why} while it was in use`);
  }

  /** A folder that cannot be read now is looked at again; one that is none any more took the file along. */
  private why(): string | null {
    try {
      return this.whyGone() ?? this.whyLogGone();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? `"${this.path}" ${AWAY}` : null;
    }
  }

  private whyGone(): string | null {
    const now = statSync(this.path, { throwIfNoEntry: false });
    const isCut = now && now.size < this.last.size && !this.mayShrink; // SQLite makes it smaller only then
    const gone = identity(this.last, now) ?? (isCut ? 'was cut short' : null);
    if (gone) return `"${this.path}" ${gone}`;
    this.last = now!;
    return null;
  }

  /** It appears with the first write, stays as long as the database is open, and is begun anew from its start. */
  private whyLogGone(): string | null {
    const now = statSync(this.log, { throwIfNoEntry: false });
    const gone = this.lastLog ? identity(this.lastLog, now) : null;
    this.lastLog = now ?? this.lastLog;
    return gone && `"${this.log}" ${gone}`;
  }
}

function identity(last: Stats, now: Stats | undefined): string | null {
  if (!now) return AWAY;
  return now.ino !== last.ino || now.dev !== last.dev ? 'was replaced by another' : null;
}
