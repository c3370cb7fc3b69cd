import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EsdbEventStore, type EsdbOptions } from '@conclave/event-store-esdb';
import { Tail, type EventStore, type StoredEvent } from '@conclave/event-store';
import { anEvent, collect, silentReport, startEsdbDouble, type EsdbDouble } from '@conclave/testing';

// Short, so that a test does not wait for seconds; long enough for a busy machine.
const quick = { callMs: 1_000, keepAliveIntervalMs: 400, keepAliveTimeoutMs: 400 };
const typesOf = async (store: EventStore, stream: string) =>
  (await collect(store.read(stream))).map((e) => e.type);
const eventually = async (condition: () => boolean) => {
  while (!condition())
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
};

describe('EventStoreDB store under faults', () => {
  let double: EsdbDouble;
  let store: EsdbEventStore;
  const opened = (options: Partial<EsdbOptions> = {}) =>
    EsdbEventStore.open({ connectionString: double.connectionString, ...quick, ...options });
  beforeEach(async () => {
    double = await startEsdbDouble();
    store = await opened();
  });
  afterEach(async () => {
    double.thaw();
    await store.close();
    await double.stop();
  });

  it.each(['reply-cut', 'reply-silent', 'reply-timed-out'] as const)(
    'writes once when the answer is lost (%s)',
    async (fault) => {
      // a failover in between: only an explicit revision saves us (facts 2.3)
      double.log.remembersIds = false;
      await store.append('a', 0, [anEvent('first')]);
      double.faults.on('append', fault);
      const { version, position } = await store.append('a', 1, [anEvent('A'), anEvent('B')]);
      expect(version).toBe(3);
      expect((await collect(store.read('a', 3)))[0]!.position).toBe(position);
      expect(await typesOf(store, 'a')).toEqual(['first', 'A', 'B']);
      expect(double.faults.calls.append).toBe(3);
    },
  );

  it('publishes once when the answer is lost, also among other publishers', async () => {
    double.log.remembersIds = false;
    const other = await opened();
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        if (n % 15 === 0) double.faults.on('append', 'reply-timed-out');
        return (n % 2 ? store : other).publish('p', anEvent('Beat', { n }));
      }),
    );
    const read = await collect(store.read('p'));
    expect(read.map((e) => (e.data as { n: number }).n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, n) => n),
    );
    await other.close();
  });

  it('gives up after some attempts, and a caller that repeats later writes once', async () => {
    const events = [anEvent('A')];
    double.faults.on('append', 'reply-timed-out', 'unavailable', 'unavailable', 'unavailable');
    await expect(store.append('a', 0, events)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect((await store.append('a', 0, events)).version).toBe(1);
    expect(await typesOf(store, 'a')).toEqual(['A']);
  });

  it('tries again when the server is not ready, and to read too', async () => {
    double.faults.on('append', 'unavailable');
    double.faults.on('read', 'unavailable');
    await store.append('a', 0, [anEvent('A')]);
    expect(await typesOf(store, 'a')).toEqual(['A']);
  });

  it('resumes without gap or repeat when connections break under load', async () => {
    const seen: StoredEvent[] = [];
    const drops: string[] = [];
    const tail = new Tail(store, [{ apply: ({ events }) => seen.push(...events) }], {
      ...silentReport,
      dropped: (reason) => drops.push(reason),
    });
    tail.start();
    for (let n = 0; n < 400; n++) {
      await store.append('a', n, [anEvent('N', { n })]);
      if (n % 100 === 50) double.cut();
    }
    await eventually(() => seen.length >= 400);
    await tail.stop();
    expect(seen.map((e) => e.version)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    expect(drops.length).toBeGreaterThan(0);
    expect(tail.failure).toBeNull();
  });

  it('moves to a new connection when the old one went silent', async () => {
    const seen: string[] = [];
    const tail = new Tail(
      store,
      [{ apply: ({ events }) => seen.push(...events.map((event) => event.type)) }],
      silentReport,
    );
    tail.start();
    await store.append('a', 0, [anEvent('A')]);
    await eventually(() => seen.length === 1);
    double.stall();
    await store.append('a', 1, [anEvent('B')]);
    await eventually(() => seen.length === 2);
    await tail.stop();
    expect(seen).toEqual(['A', 'B']);
  });

  it.each([
    [
      'its buffer overflows',
      'slow-consumer',
      async (): Promise<void> =>
        void (await store.append(
          'big',
          0,
          Array.from({ length: 1_000 }, () => anEvent()),
        )),
    ],
    [
      'the node is asked to stop',
      'node-stopped',
      async () => {
        await double.stopGracefully();
        await double.restart();
      },
    ],
    ['its connection breaks', 'connection-lost', async () => double.cut()],
    ['its connection goes silent', 'connection-lost', async () => double.stall()],
    ['the server ends it without an error', 'ended', async () => double.endSubscriptions()],
  ] as const)(
    'a subscription is resumed, nothing missing, nothing twice, when %s',
    async (_, reason, fault) => {
      const seen: string[] = [];
      const drops: string[] = [];
      const tail = new Tail(
        store,
        [
          {
            apply: ({ events }) => seen.push(...events.map(({ stream, version }) => `${stream}/${version}`)),
          },
        ],
        { ...silentReport, dropped: (why) => drops.push(why) },
      );
      tail.start();
      await store.append('a', 0, [anEvent('A')]);
      await eventually(() => seen.includes('a/1'));
      await fault();
      await eventually(() => drops.length > 0);
      for (let isWritten = false; !isWritten;)
        isWritten = await store.append('a', 1, [anEvent('B')]).then(
          () => true,
          (error: { code: string }) => error.code === 'version-conflict',
        );
      await eventually(() => seen.includes('a/2') && (reason !== 'slow-consumer' || seen.length === 1_002));
      await tail.stop();
      expect(drops[0]).toBe(reason);
      expect(new Set(seen).size).toBe(seen.length);
    },
  );

  const subscriptionFailure = async (whenLive: () => unknown) => {
    const items = (async () => {
      for await (const item of store.subscribe('0', new AbortController().signal))
        if (item.type === 'caught-up') whenLive();
    })();
    return items.catch((error: unknown) => error);
  };

  it.each([
    ['is cut', () => double.cut()],
    ['is ended by the server without an error', () => double.endSubscriptions()],
    ['freezes', () => double.freeze()],
    ['was never answered', null],
  ] as const)('throws when a subscription %s', async (_, fault) => {
    if (!fault) double.freeze();
    expect(await subscriptionFailure(() => fault?.())).toMatchObject({ code: 'store-unavailable' });
  });

  it('answers in time on a frozen connection, and works when it is back', async () => {
    await store.append('a', 0, [anEvent('A')]);
    double.freeze();
    const later = [anEvent('B')];
    const [append, read] = await Promise.allSettled([store.append('a', 1, later), collect(store.read('a'))]);
    expect(append).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
    expect(read).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
    double.thaw();
    await store.append('a', 1, later);
    expect(await typesOf(store, 'a')).toEqual(['A', 'B']);
  });

  it('works again after the server was down', async () => {
    const { position } = await store.append('a', 0, [anEvent('A')]);
    double.crash();
    await expect(store.append('a', 1, [anEvent('B')])).rejects.toMatchObject({ code: 'store-unavailable' });
    await double.restart();
    await store.append('a', 1, [anEvent('B')]);
    const [event] = await collect(store.read('a', 1));
    expect(event!.position).toBe(position);
    expect(await typesOf(store, 'a')).toEqual(['A', 'B']);
  });
});
