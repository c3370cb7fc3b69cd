/** Records of the presence log by version: the latest `most` that were kept. What rests on them need not keep them again. */
export class RecentRecords<T> {
  private readonly of = new Map<number, T>();

  constructor(private readonly most: number) {}

  /** Of one that is kept again, the later copy counts. */
  add(version: number, record: T): void {
    this.of.delete(version);
    this.of.set(version, record);
    if (this.of.size > this.most) this.of.delete(this.of.keys().next().value!);
  }

  has(version: number): boolean {
    return this.of.has(version);
  }

  /** Null if one of them is not there. */
  run(from: number, to: number): T[] | null {
    const run: T[] = [];
    for (let version = to; version >= from; version--) {
      const record = this.of.get(version);
      if (record === undefined) return null;
      run.push(record);
    }
    return run.reverse();
  }
}
