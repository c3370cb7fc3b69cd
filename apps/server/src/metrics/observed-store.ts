import type { EventStore } from '@conclave/event-store';

/** Told of each write that has become durable. */
export type OnWrite = (stream: string, tookMs: number, events: number) => void;

/** The store itself, whatever it can, and how long its writes take. */
export function observe(store: EventStore, onWrite: OnWrite): EventStore {
  const writes: Pick<EventStore, 'append' | 'publish'> = {
    append: async (stream, expectedVersion, events) => {
      const startMs = performance.now();
      const appended = await store.append(stream, expectedVersion, events);
      onWrite(stream, performance.now() - startMs, events.length);
      return appended;
    },
    publish: async (stream, event) => {
      const startMs = performance.now();
      await store.publish(stream, event);
      onWrite(stream, performance.now() - startMs, 1);
    },
  };
  return new Proxy(store, {
    get: (_, name) => {
      if (Object.hasOwn(writes, name)) return writes[name as keyof typeof writes];
      const member: unknown = Reflect.get(store, name);
      return typeof member === 'function' ? (member.bind(store) as unknown) : member;
    },
  });
}
