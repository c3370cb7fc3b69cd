import { statSync } from 'node:fs';
import { keepToItself, readWhole } from '@conclave/node';

/** A change is taken within this time, when somebody asks. */
const LOOK_MS = 500;

export interface Reporter {
  warn(message: string): void;
  /** Whether what stands in a file now is in force; told when that changes. */
  stands?(path: string, isInForce: boolean): void;
}

const REPLACED = '/replaced';

/** Another one whenever the file may hold something else, or is one no more; never throws. */
export function stampOf(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return 'none';
    return `${found.ino}/${found.mtimeMs}/${found.size}${found.nlink === 0 ? REPLACED : ''}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'; // to read it says why
  }
}

/**
 * Throws for a file that is mounted by itself, as into a container, when another took its place where it comes from: what
 * stands there now is not seen in here, and a token that was revoked would count on without a word.
 */
export function refuseReplaced(stamp: string, before: string): void {
  if (stamp.endsWith(REPLACED) && !before.endsWith(REPLACED))
    // some file systems know of no names at all
    throw new Error(
      'it is mounted by itself, and another file took its place outside, which is not seen in here. Mount its folder instead, and start this server anew',
    );
}

/**
 * A file that people change while the server runs. What cannot be read later leaves what was read before in force, and is
 * reported; at the start it throws. `isSecret`: nobody but its owner may read it; wider rights are taken away, and told.
 * `mayLack`: one that is not there at the start is empty. One that goes away later cannot be read.
 */
export class ReloadedFile<T> {
  private value: T;
  private seen: string;
  /** Of what could not be read, and was said. */
  private told = '';
  private lookedMs: number;
  /** Counts changes: what was derived from an older one counts no more. */
  generation = 0;

  constructor(
    private readonly path: string,
    private readonly parse: (text: string) => T,
    private readonly reporter: Reporter,
    private readonly kind: { isSecret?: boolean; mayLack?: boolean } = {},
  ) {
    this.lookedMs = performance.now();
    this.seen = this.stamp();
    this.value = this.read();
  }

  get current(): T {
    const nowMs = performance.now();
    if (nowMs - this.lookedMs >= LOOK_MS) {
      this.lookedMs = nowMs;
      this.reload();
    }
    return this.value;
  }

  /** At once, whether something else is there, and is in force now. What could not be read a moment ago waits. */
  look(): boolean {
    const stamp = this.stamp();
    return stamp !== this.told && this.reload(stamp);
  }

  private reload(stamp = this.stamp()): boolean {
    if (stamp === this.seen) {
      if (this.told !== '') this.reporter.stands?.(this.path, true); // as it was before
      this.told = '';
      return false;
    }
    try {
      this.value = this.read(false, stamp);
      this.seen = stamp;
      this.generation++;
      this.reporter.stands?.(this.path, true);
      return true;
    } catch (error) {
      if (stamp !== this.told)
        this.reporter.warn(`${(error as Error).message}; what it said before stays in force`);
      this.reporter.stands?.(this.path, false);
      this.told = stamp; // tried again: perhaps only the disk was busy
      return false;
    }
  }

  private stamp = (): string => stampOf(this.path);

  private read(mayLack = this.kind.mayLack, stamp = this.seen): T {
    try {
      refuseReplaced(stamp, this.seen);
      if (mayLack && this.stamp() === 'none') return this.parse('');
      if (this.kind.isSecret) keepToItself(this.path, (message) => this.reporter.warn(message));
      const text = readWhole(this.path);
      // half written, or on a full disk: everybody would be locked out
      if (!mayLack && text.trim() === '') throw new Error('it is empty');
      return this.parse(text);
    } catch (error) {
      throw new Error(`file "${this.path}" cannot be used: ${(error as Error).message}`);
    }
  }
}
