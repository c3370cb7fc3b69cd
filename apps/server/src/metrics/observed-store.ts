import type { Appended, EventStore, Item, NewEvent, StoredEvent } from '@conclave/event-store';

/** Told of each write that has become durable. */
export type OnWrite = (stream: string, tookMs: number, events: number) => void;

/** A store, and how long its writes take. */
export class ObservedStore implements EventStore {
  readonly name: string;
  readonly staleMs: number;
  readonly keepsTime: boolean;
  readonly isExclusive: boolean;

  constructor(
    private readonly store: EventStore,
    private readonly onWrite: OnWrite,
  ) {
    this.name = store.name;
    this.staleMs = store.staleMs;
    this.keepsTime = store.keepsTime ?? false;
    this.isExclusive = store.isExclusive ?? false;
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended> {
    const startMs = performance.now();
    const appended = await this.store.append(stream, expectedVersion, events);
    this.onWrite(stream, performance.now() - startMs, events.length);
    return appended;
  }

  async publish(stream: string, event: NewEvent): Promise<void> {
    const startMs = performance.now();
    await this.store.publish(stream, event);
    this.onWrite(stream, performance.now() - startMs, 1);
  }

  nameOf = (stream: string): string => this.store.nameOf(stream);
  read = (stream: string, from?: number): AsyncIterable<StoredEvent> => this.store.read(stream, from);
  subscribe = (from: string, signal: AbortSignal, checkpoint?: string | null): AsyncIterable<Item> =>
    this.store.subscribe(from, signal, checkpoint);
  expire = async (stream: string, keepMs: number, nowMs: number): Promise<void> =>
    this.store.expire(stream, keepMs, nowMs);
  truncate = async (stream: string, before: number): Promise<void> => this.store.truncate(stream, before);
  begin = async (stream: string, version: number, type: string): Promise<void> =>
    this.store.begin(stream, version, type);
  close = async (): Promise<void> => this.store.close();
}
