import type { LeaseTable } from './lease-table.js';

const DAY_MS = 24 * 3_600_000;
const SAMPLE_MS = 10 * 60_000;

/** Finds out how much of `P` may be forgotten (§5.7): older than a day and not what a running term rests on. Pure. */
export class Retention {
  private samples: { revision: number; atMs: number }[] = [];
  private keptFrom = 1;

  constructor(private readonly leases: LeaseTable) {}

  /** A record of `P` was read; `atMs`: when it was written. */
  read(revision: number, atMs: number): void {
    const last = this.samples.at(-1);
    if (!last || atMs - last.atMs >= SAMPLE_MS) this.samples.push({ revision, atMs });
  }

  /** Revision before which `P` may be truncated now, null if there is nothing new to forget. */
  truncatable(nowMs: number): number | null {
    const old = this.samples.filter(({ atMs }) => nowMs - atMs > DAY_MS);
    const before = Math.min(old.at(-1)?.revision ?? 0, this.leases.oldestNeeded());
    this.samples = this.samples.slice(Math.max(0, old.length - 1));
    if (before <= this.keptFrom) return null;
    this.keptFrom = before;
    return before;
  }
}
