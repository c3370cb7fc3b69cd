import type { HeardRecord } from './heard-record.js';

/** Records of the presence log by version: the latest `most` that were kept. */
export class RecentRecords {
  private readonly of = new Map<number, HeardRecord>();

  constructor(private readonly most: number) {}

  /** Of one that is kept again, the later copy counts. */
  add(version: number, record: HeardRecord): void {
    this.of.delete(version);
    this.of.set(version, record);
    if (this.of.size > this.most) this.of.delete(this.of.keys().next().value!);
  }

  get(version: number): HeardRecord | undefined {
    return this.of.get(version);
  }

  /** Those of a run that are there; null if its end is not. */
  run(from: number, to: number): HeardRecord[] | null {
    if (!this.of.has(to) || to - from >= this.most) return null;
    const run: HeardRecord[] = [];
    for (let version = from; version <= to; version++) {
      const record = this.of.get(version);
      if (record !== undefined) run.push(record);
    }
    return run;
  }
}
