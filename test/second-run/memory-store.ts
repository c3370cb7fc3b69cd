import {
  VersionConflict,
  type Appended,
  type EventStore,
  type Item,
  type NewEvent,
  type Position,
  type StoredEvent,
} from '@conclave/event-store';

/** A log in memory that answers within the turn of the event loop: virtual time does not wait for disks. */
export class MemoryStore implements EventStore {
  readonly name = 'memory';
  readonly staleMs = 0;
  /** Grows with all that happens: who waits until nothing happens any more looks here. */
  activity = 0;
  private readonly log: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  private readonly wakes = new Set<() => void>();

  nameOf = (stream: string): string => stream;

  async *read(stream: string, from = 1): AsyncGenerator<StoredEvent> {
    yield* (this.streams.get(stream) ?? []).slice(from - 1);
  }

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<Appended> {
    const version = this.streams.get(stream)?.length ?? 0;
    if (version !== expectedVersion) throw new VersionConflict(stream, expectedVersion, version);
    return this.write(stream, events);
  }

  async publish(stream: string, event: NewEvent): Promise<void> {
    this.write(stream, [event]);
  }

  async *subscribe(from: Position, signal: AbortSignal): AsyncGenerator<Item> {
    let next = Number(from);
    let wake = (): void => undefined;
    const woken = (): void => wake();
    this.wakes.add(woken);
    signal.addEventListener('abort', woken);
    let isLive = false;
    while (!signal.aborted) {
      const event = this.log[next];
      if (event) {
        next++;
        this.activity++;
        yield event;
      } else if (!isLive) {
        isLive = true;
        yield { type: 'caught-up', position: String(next) };
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
    this.wakes.delete(woken);
  }

  async expire(): Promise<void> {}
  async truncate(): Promise<void> {}
  async begin(): Promise<void> {}
  async close(): Promise<void> {}

  private write(stream: string, events: readonly NewEvent[]): Appended {
    const recorded = this.streams.get(stream) ?? [];
    this.streams.set(stream, recorded);
    for (const event of events) {
      // as it comes back from a disk
      const { id, type, data, meta } = JSON.parse(JSON.stringify(event)) as NewEvent;
      const place = { version: recorded.length + 1, position: String(this.log.length + 1) };
      const stored = { id, type, data, meta, stream, ...place };
      recorded.push(stored);
      this.log.push(stored);
    }
    this.activity++;
    for (const wake of this.wakes) wake();
    const { version, position } = recorded.at(-1)!;
    return { version, position };
  }
}
