import type { EventStore } from '@conclave/event-store';

/** Told of each write that has become durable. */
export type OnWrite = (stream: string, tookMs: number, events: number) => void;

/** The store itself, whatever it can, and how long its writes take. */
export function observe(store: EventStore, onWrite: OnWrite): EventStore {
  const timed = async <T>(stream: string, events: number, write: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const written = await write();
    onWrite(stream, performance.now() - startMs, events);
    return written;
  };
  const writes: Pick<EventStore, 'append' | 'publish'> = {
    append: async (stream, expectedVersion, events) =>
      timed(stream, events.length, async () => store.append(stream, expectedVersion, events)),
    publish: async (stream, event) => timed(stream, 1, async () => store.publish(stream, event)),
  };
  return new Proxy(store, {
    get: (_, name) => {
      if (Object.hasOwn(writes, name)) return writes[name as keyof typeof writes];
      const member: unknown = Reflect.get(store, name);
      return typeof member === 'function' ? (member.bind(store) as unknown) : member;
    },
  });
}
