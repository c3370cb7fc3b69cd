import { setTimeout as pause } from 'node:timers/promises';
import {
  StoreUnavailable,
  type Appended,
  type EventStore,
  type Item,
  type NewEvent,
  type Position,
  type StoredEvent,
  type TailReport,
} from '@conclave/event-store';

/** For tests that look at something else. */
export const silentReport: TailReport = {
  error: () => undefined,
  dropped: () => undefined,
  rewound: () => undefined,
  unreadable: () => undefined,
};

/**
 * A real store behind a switch: while `isDown` nothing gets through, and live subscriptions break. Counts
 * calls.
 */
export class FaultyStore implements EventStore {
  isDown = false;
  /** Appends are written, and reported as failed a little later. */
  losesAnswers = false;
  /** False: appends are written, and nothing ever says so. */
  acknowledges = true;
  /** Nothing can be appended; what is published can. */
  refusesAppends = false;
  /** What is published waits for this. */
  publishing: Promise<unknown> = Promise.resolve();
  /** Each append takes so long, one after the other. */
  appendMs = 0;
  private appending: Promise<unknown> = Promise.resolve();
  readonly calls = { read: 0, readEvents: 0, append: 0, publish: 0 };
  /** Appends that have not come back. */
  appendsUnderway = 0;
  private readonly cuts = new Set<AbortController>();
  private breaking: { events: number; error: Error } | null = null;
  private mutes = 0;
  /** The next subscription says nothing at all. */
  muteNext = false;

  constructor(private inner: EventStore) {}

  /** What a restored backup looks like from outside: the same address, another log. */
  replacedBy(inner: EventStore): void {
    this.inner = inner;
    this.isDown = false;
  }

  get name(): string {
    return this.inner.name;
  }
  staleMs = 0;
  get keepsTime(): boolean {
    return this.inner.keepsTime ?? false;
  }
  nameOf(stream: string): string {
    return this.inner.nameOf(stream);
  }

  /** Takes the store away: running subscriptions throw, calls are refused. */
  cut(): void {
    this.isDown = true;
    for (const cut of this.cuts) cut.abort();
  }

  /** By which subscriptions that began are ended. */
  readonly signals: AbortSignal[] = [];

  /** The next subscription breaks with this error once it has delivered so many events. */
  breakAfter(events: number, error: Error): void {
    this.breaking = { events, error };
  }

  /** Subscriptions that run deliver nothing any more and say nothing of it; new ones work. */
  mute(): void {
    this.mutes++;
  }

  private check(): void {
    if (this.isDown) throw new StoreUnavailable('the store is cut off (test)');
  }

  async *read(stream: string, from?: number): AsyncGenerator<StoredEvent> {
    this.check();
    this.calls.read++;
    for await (const event of this.inner.read(stream, from)) {
      this.calls.readEvents++;
      yield event;
    }
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended> {
    this.check();
    this.calls.append++;
    this.appendsUnderway++;
    return this.carryOut(stream, expectedVersion, events).finally(() => this.appendsUnderway--);
  }

  private async carryOut(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    if (this.refusesAppends) throw new StoreUnavailable('appends are refused (test)');
    if (this.appendMs > 0) await (this.appending = this.appending.then(async () => pause(this.appendMs)));
    const appended = await this.inner.append(stream, expectedVersion, events);
    if (!this.acknowledges) return new Promise(() => undefined);
    if (!this.losesAnswers) return appended;
    await pause(50);
    throw new StoreUnavailable('the answer is lost (test)');
  }

  async publish(stream: string, event: NewEvent): Promise<void> {
    this.check();
    this.calls.publish++;
    await this.publishing;
    await this.inner.publish(stream, event);
  }

  async *subscribe(
    from: Position,
    signal: AbortSignal,
    checkpoint: string | null = null,
  ): AsyncGenerator<Item> {
    this.check();
    this.signals.push(signal);
    const cut = new AbortController();
    this.cuts.add(cut);
    const mutes = this.muteNext ? -1 : this.mutes;
    this.muteNext = false;
    for await (const item of this.inner.subscribe(from, AbortSignal.any([signal, cut.signal]), checkpoint)) {
      if (mutes !== this.mutes) continue;
      yield item;
      const { breaking } = this;
      if (breaking && 'stream' in item && --breaking.events === 0) {
        this.breaking = null;
        throw breaking.error;
      }
      // as EventStoreDB does: time passes between the events of an append (facts 2.3)
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.cuts.delete(cut);
    if (cut.signal.aborted && !signal.aborted) this.check();
  }

  async expire(stream: string, keepMs: number, nowMs: number): Promise<void> {
    await this.inner.expire(stream, keepMs, nowMs);
  }
  async truncate(stream: string, before: number): Promise<void> {
    this.check();
    await this.inner.truncate(stream, before);
  }
  async begin(stream: string, version: number, type: string): Promise<void> {
    await this.inner.begin(stream, version, type);
  }
  async close(): Promise<void> {
    await this.inner.close();
  }
}
