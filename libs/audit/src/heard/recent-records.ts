/** By these a report is judged that an event names: what it rests on is at most 2,000 of the last 4,000, others come between. */
const MOST = 12_000;

/** Records of the presence log by version: the latest that were kept. */
export class RecentRecords<T> {
  private readonly of = new Map<number, T>();

  /** Of one that is kept again, the later copy counts. */
  add(version: number, record: T): void {
    this.of.delete(version);
    this.of.set(version, record);
    if (this.of.size > MOST) this.of.delete(this.of.keys().next().value!);
  }

  get(version: number): T | undefined {
    return this.of.get(version);
  }

  /** Those of a run that are there; null if its end is not. */
  run(from: number, to: number): T[] | null {
    if (!this.of.has(to) || to - from >= MOST) return null;
    const run: T[] = [];
    for (let version = from; version <= to; version++) {
      const record = this.of.get(version);
      if (record !== undefined) run.push(record);
    }
    return run;
  }
}
