import type { StoredEvent } from '@conclave/event-store';

/**
 * A queue between the writer and one live subscriber; ends when the signal aborts, throws when the store
 * fails.
 */
export class LiveFeed {
  isClosed = false;
  private queue: StoredEvent[] = [];
  private error: Error | null = null;
  private wake: () => void = () => undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  push(event: StoredEvent): void {
    this.queue.push(event);
    this.wake();
  }

  fail(error: Error): void {
    this.error = error;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StoredEvent> {
    while (!this.signal.aborted) {
      const batch = this.queue;
      this.queue = [];
      for (const event of batch) {
        if (this.signal.aborted) return;
        yield event;
      }
      if (this.queue.length > 0) continue;
      if (this.error) throw this.error;
      if (this.signal.aborted) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
