/** One at a time per key, in order of asking: commands of this server on one group do not race each other. */
export class KeyedMutex {
  private readonly queues = new Map<string, { last: Promise<unknown>; length: number }>();

  /** Those that wait or run. */
  lengthOf(key: string): number {
    return this.queues.get(key)?.length ?? 0;
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(key) ?? { last: Promise.resolve(), length: 0 };
    this.queues.set(key, queue);
    queue.length++;
    const turn = queue.last.then(work, work);
    queue.last = turn;
    try {
      return await turn;
    } finally {
      if (--queue.length === 0) this.queues.delete(key);
    }
  }
}
