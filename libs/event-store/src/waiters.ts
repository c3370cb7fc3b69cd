/** Who waits until something holds; each is asked again whenever there is news. */
export class Waiters {
  private readonly waiting = new Set<() => void>();
  private isWaking = false;

  /** `isOver`: nothing will come any more, answer with what is true now. */
  constructor(private readonly isOver: () => boolean) {}

  /** Resolves with whether `condition` held within `timeoutMs`. Rejects with what it throws. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return true;
    return new Promise((resolve, reject) => {
      const look = (isOver = this.isOver()): void => {
        try {
          const holds = condition();
          if (!holds && !isOver) return;
          resolve(holds);
        } catch (error) {
          reject(error);
        }
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      const timer = setTimeout(() => look(true), timeoutMs);
      this.waiting.add(look);
    });
  }

  /** On the next turn of the loop, once for all that happened in this one. */
  wake(): void {
    if (this.isWaking || this.waiting.size === 0) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      for (const look of this.waiting) look();
    });
  }
}
