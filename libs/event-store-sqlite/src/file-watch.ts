import { statSync, type Stats } from 'node:fs';

const LOOK_MS = 1_000;

/** Looks now and then whether the file at a path is still the one that was opened: what is written goes into that one. */
export class FileWatch {
  private last: Stats;
  private readonly timer: NodeJS.Timeout;

  /** `onGone` is told once, why. */
  constructor(
    private readonly path: string,
    private readonly onGone: (why: string) => void,
  ) {
    this.last = statSync(path);
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const why = this.whyGone();
    if (why === null) return;
    this.stop();
    this.onGone(`the database file "${this.path}" ${why} while it was in use`);
  }

  private whyGone(): string | null {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (!now) return 'was deleted or moved away';
    if (now.ino !== this.last.ino || now.dev !== this.last.dev) return 'was replaced by another';
    if (now.size < this.last.size) return 'was cut short'; // SQLite never makes it smaller: nothing is vacuumed here
    this.last = now;
    return null;
  }
}
