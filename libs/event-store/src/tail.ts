import { comparePositions, START, type CaughtUp, type EventStore, type Position, type StoredEvent } from './event-store.js';

/** Something that folds the log. `apply` is synchronous, so that every consumer sees the same order and state. */
export interface Consumer {
  apply(event: StoredEvent): void;
  caughtUp?(): void;
}

export interface TailReport {
  error(problem: Error): void;
  unreadable(problem: Error): void;
  /** The log is not the one that was read: what was folded must be dropped (DESIGN §9). */
  rewound(problem: Error): void;
}

const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 2_000;

/**
 * The one way data flows from the log into memory: one subscription, consumers in a fixed order. It resumes after a
 * lost store from the last position applied, and stops for good when a consumer throws: nobody may decide past an
 * event that cannot be read.
 */
export class Tail {
  position: Position = START;
  isCaughtUp = false;
  /** Set once a consumer could not apply an event; the tail has stopped there. */
  failure: Error | null = null;
  /** The store's last problem, null while the subscription runs. */
  interruption: Error | null = null;
  private readonly stopper = new AbortController();
  private readonly waiters = new Set<() => void>();
  /** The last event of a stream that is never truncated: if it is gone, so is the log that it was in. */
  private anchor: StoredEvent | null = null;
  private isWaking = false;
  private isReleased = false;
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly consumers: readonly Consumer[],
    private readonly report: TailReport,
    private readonly isLasting: (stream: string) => boolean = () => true,
  ) {}

  /** `from`: where a restored snapshot ends. */
  start(from: Position = START): void {
    this.position = from;
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.done;
    this.wake();
  }

  /** Everybody who waits is answered now, with what is true now. */
  release(): void {
    this.isReleased = true;
    this.wake();
  }

  /** True when everything up to `position` is applied, false after `timeoutMs`. */
  async reached(position: Position, timeoutMs: number): Promise<boolean> {
    const has = () => comparePositions(this.position, position) >= 0;
    return this.until(has, timeoutMs);
  }

  /** Waits until `condition` holds; it is looked at after every applied event. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return true;
    return new Promise((resolve) => {
      const finish = (result: boolean) => {
        clearTimeout(timer);
        this.waiters.delete(look);
        resolve(result);
      };
      const look = () => {
        if (condition()) finish(true);
        else if (this.failure || this.isReleased || this.stopper.signal.aborted) finish(false);
      };
      const timer = setTimeout(() => finish(condition()), timeoutMs);
      this.waiters.add(look);
    });
  }

  private async run(): Promise<void> {
    let delayMs = RETRY_FIRST_MS;
    while (!this.stopper.signal.aborted && !this.failure) {
      const before = this.position;
      try {
        if (this.interruption) await this.checkAnchor();
        if (this.failure) return;
        for await (const item of this.store.subscribe(this.position, this.stopper.signal)) {
          this.interruption = null;
          if (!this.take(item)) return;
        }
        if (this.stopper.signal.aborted) return;
        throw new Error('the subscription ended');
      } catch (error) {
        const isNews = this.interruption === null;
        this.interruption = error as Error;
        if (isNews) this.report.error(this.interruption); // once, not at every try
        this.wake();
      }
      delayMs = this.position === before ? Math.min(delayMs * 2, RETRY_MOST_MS) : RETRY_FIRST_MS;
      await this.pause(delayMs * (0.5 + Math.random() / 2));
    }
  }

  private take(item: StoredEvent | CaughtUp): boolean {
    try {
      if (item.type === 'caught-up' && !('stream' in item)) {
        this.isCaughtUp = true;
        for (const consumer of this.consumers) consumer.caughtUp?.();
      } else {
        const event = item as StoredEvent;
        if (comparePositions(event.position, this.position) < 0) return this.rewind(`event ${event.id} at position ${event.position}`);
        for (const consumer of this.consumers) consumer.apply(event);
        this.position = event.position;
        if (this.isLasting(event.stream)) this.anchor = event;
      }
    } catch (error) {
      this.failure = error as Error;
      this.report.unreadable(this.failure);
    }
    this.wake();
    return this.failure === null;
  }

  /** After the store was away: is it still the same log? A restored backup has lost what was read last. */
  private async checkAnchor(): Promise<void> {
    if (!this.anchor) return;
    const { stream, version, id } = this.anchor;
    for await (const event of this.store.read(stream, version)) {
      if (event.id === id) return;
      break;
    }
    this.rewind(`no event ${id} in stream "${stream}" at version ${version}`);
  }

  private rewind(found: string): false {
    this.failure = new Error(`the log is not the one that was read up to position ${this.position} (${found}): was a backup restored?`);
    this.report.rewound(this.failure);
    this.wake();
    return false;
  }

  /** On the next turn of the loop: whoever waits sees whole appends, never the middle of one. */
  private wake(): void {
    if (this.isWaking || this.waiters.size === 0) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      for (const look of this.waiters) look();
    });
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.stopper.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
