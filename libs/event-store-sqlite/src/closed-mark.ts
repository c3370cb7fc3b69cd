import { existsSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';

// Loaded by the writer thread too, also straight from TypeScript in tests: node: modules and erasable syntax
// only.

/** Beside a database: what its file was when it was closed in order. */
const markOf = (path: string): string => `${realpathSync(path)}.closed`;

/** This very file, not a copy, and not a byte of it written since; null if SQLite still has to bring it in order. */
function stampOf(path: string): string | null {
  const file = realpathSync(path);
  if (existsSync(`${file}-wal`)) return null;
  return identityOf(file);
}

function identityOf(file: string): string {
  const { dev, ino, size, ctimeNs } = statSync(file, { bigint: true });
  return [dev, ino, size, ctimeNs].join(' ');
}

/** True if it was found whole when it was opened last, closed in order, and not touched since: nobody need read all of it. */
export function isAsClosed(path: string): boolean {
  try {
    return readFileSync(markOf(path), 'utf8') === stampOf(path);
  } catch {
    return false;
  }
}

/** Whatever happens to the file from here on, it is not as it was closed. */
export function dropMark(path: string): void {
  try {
    rmSync(markOf(path), { force: true });
  } catch {
    /* what is written next changes the file: the mark does not fit it any more */
  }
}

/** Call when the file was closed in order. */
export function noteClosed(path: string): void {
  try {
    const stamp = stampOf(path);
    if (stamp !== null) writeFileSync(markOf(path), stamp, { mode: 0o600 });
  } catch {
    /* the next start takes longer */
  }
}

/**
 * Whether a file that is open here may be taken for whole once it is closed: nobody else wrote to it meanwhile, and nothing
 * in it was found damaged. Call `before` and `after` around all that may write.
 */
export class Custody {
  private readonly path: string;
  private last: string | null;
  private isInDoubt = false;

  constructor(path: string) {
    this.path = path;
    this.last = this.now();
  }

  before(): void {
    if (this.now() !== this.last) this.isInDoubt = true;
  }

  after(): void {
    this.last = this.now();
  }

  doubt(): void {
    this.isInDoubt = true;
  }

  closed(): void {
    if (!this.isInDoubt) noteClosed(this.path);
  }

  private now(): string | null {
    try {
      return identityOf(this.path);
    } catch {
      return null; // in memory, or gone
    }
  }
}
