import { expect, it } from '@jest/globals';
import { comparePositions, isCaughtUp, START, type EventStore } from '@conclave/event-store';
import { anEvent } from './an-event.js';
import { collect, follow } from './store-reading.js';

/** The part of the store contract that is about following the log. */
export function subscriptionContract(current: () => EventStore, streamNamed: (what: string) => string): void {
  it('subscribes: history in order, caught-up once, then live', async () => {
    const store = current();
    const [a, b] = [streamNamed('sub-a'), streamNamed('sub-b')];
    await store.append(a, 0, [anEvent('1')]);
    await store.append(b, 0, [anEvent('2'), anEvent('3')]);
    let live: Promise<unknown> | undefined;
    const seen = await follow(
      store,
      START,
      (s) => {
        if (s.includes(null)) live ??= store.append(a, 1, [anEvent('4')]);
        return s.at(-1)?.type === '4';
      },
      (s) => s === a || s === b,
    );
    await live;
    expect(seen.map((e) => e?.type ?? 'caught-up')).toEqual(['1', '2', '3', 'caught-up', '4']);
    for (const { writtenMs, ...e } of seen.filter((x) => x !== null)) {
      expect((await collect(store.read(e.stream, e.version)))[0]).toEqual(e);
      expect(typeof writtenMs).toBe(store.keepsTime ? 'number' : 'undefined');
    }
  });

  it('subscribes from any position without gap or repeat, while many write', async () => {
    const store = current();
    const streams = Array.from({ length: 4 }, (_, n) => streamNamed(`load-${n}`));
    const each = 150;
    const writers = streams.map(async (stream) => {
      for (let v = 0; v < each; v++) await store.append(stream, v, [anEvent('N', { v })]);
    });
    const all = follow(
      store,
      START,
      (s) => s.filter(Boolean).length === streams.length * each,
      (s) => streams.includes(s),
    );
    await Promise.all(writers);
    const events = (await all).filter((e) => e !== null);
    expect(new Set(events.map((e) => `${e.stream}/${e.version}`)).size).toBe(streams.length * each);
    for (let i = 1; i < events.length; i++) {
      expect(comparePositions(events[i - 1]!.position, events[i]!.position)).toBeLessThan(0);
    }
    for (const cut of [0, 1, 299, events.length - 2]) {
      const rest = await follow(
        store,
        events[cut]!.position,
        (s) => s.filter(Boolean).length === events.length - 1 - cut,
        (s) => streams.includes(s),
      );
      expect(rest.filter((e) => e !== null)).toEqual(events.slice(cut + 1));
    }
  }, 60_000);

  it('ends a subscription quietly when it is aborted, also while idle', async () => {
    const store = current();
    const stop = new AbortController();
    const items: unknown[] = [];
    const done = (async () => {
      for await (const item of store.subscribe(START, stop.signal)) if (isCaughtUp(item)) items.push(item);
    })();
    while (items.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(done).resolves.toBeUndefined();
    const before = await collect(store.subscribe(START, AbortSignal.abort()));
    expect(before.filter((item) => 'stream' in item)).toEqual([]);
  });
}
