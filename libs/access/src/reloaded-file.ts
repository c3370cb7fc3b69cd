import { chmodSync, readFileSync, statSync } from 'node:fs';

/** A change is taken within this time, when somebody asks. */
const LOOK_MS = 500;

interface Reporter {
  warn(message: string): void;
}

/**
 * A file that people change while the server runs. What cannot be read later leaves what was read before in force, and is
 * reported; at the start it throws. `isSecret`: nobody but its owner may read it; wider rights are taken away, and told.
 * `mayLack`: one that is not there is empty.
 */
export class ReloadedFile<T> {
  private value: T;
  private seen: string;
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

  private reload(): void {
    try {
      const stamp = this.stamp();
      if (stamp === this.seen) return;
      this.seen = stamp;
      this.value = this.read();
      this.generation++;
    } catch (error) {
      this.reporter.warn(`${(error as Error).message}; what it said before stays in force`);
    }
  }

  private stamp(): string {
    const found = statSync(this.path, { throwIfNoEntry: false });
    return found ? `${found.ino}/${found.mtimeMs}/${found.size}` : 'none';
  }

  private read(): T {
    try {
      if (this.kind.mayLack && this.stamp() === 'none') return this.parse('');
      if (this.kind.isSecret) this.protect();
      return this.parse(readFileSync(this.path, 'utf8'));
    } catch (error) {
      throw new Error(`file "${this.path}" cannot be used: ${(error as Error).message}`);
    }
  }

  private protect(): void {
    const { mode } = statSync(this.path);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return;
    chmodSync(this.path, 0o600);
    this.reporter.warn(
      `file "${this.path}" could be read by others (${(mode & 0o777).toString(8)}): it is 600 now. Was it copied?`,
    );
  }
}
