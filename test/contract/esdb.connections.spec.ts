import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Tail } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { anEvent, collect, silentReport, startEsdbDouble, type EsdbDouble } from '@conclave/testing';

const eventually = async (condition: () => boolean) => {
  while (!condition())
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
};

describe('EventStoreDB store and its connections', () => {
  let double: EsdbDouble;
  let store: EsdbEventStore;
  beforeEach(async () => {
    double = await startEsdbDouble();
    store = await EsdbEventStore.open({ connectionString: double.connectionString });
  });
  afterEach(async () => {
    await store.close();
    await double.stop();
  });

  it('goes to the leader when it met a follower', async () => {
    const leader = await startEsdbDouble({ log: double.log });
    double.faults.leader.port = leader.port;
    double.faults.on('append', 'not-leader');
    await store.append('a', 0, [anEvent('A')]);
    expect([double.faults.calls.append, leader.faults.calls.append]).toEqual([1, 1]);
    expect((await collect(store.read('a'))).map((e) => e.type)).toEqual(['A']);
    expect(leader.faults.calls.read).toBe(1);
    await store.close();
    await leader.stop();
  });

  it('finds the leader by gossip', async () => {
    const leader = await startEsdbDouble({ log: double.log });
    double.members = () => [
      { port: double.port, state: 'FOLLOWER' },
      { port: leader.port, state: 'LEADER' },
    ];
    for (const connectionString of [
      `esdb+discover://127.0.0.1:${double.port}?tls=false`,
      `esdb://127.0.0.1:1,127.0.0.1:${double.port}?tls=false`,
    ]) {
      const cluster = await EsdbEventStore.open({ connectionString });
      const before = leader.faults.calls.append;
      await cluster.publish('a', anEvent());
      expect(leader.faults.calls.append).toBe(before + 1);
      await cluster.close();
    }
    expect(double.faults.calls.append).toBe(0);
    await leader.stop();
  });

  it('resumes on the same connection when the server dropped its subscription for being slow', async () => {
    const seen: number[] = [];
    const tail = new Tail(store, [{ apply: ({ events }) => seen.push(events.length) }], silentReport);
    tail.start();
    await store.append('a', 0, [anEvent()]);
    await eventually(() => seen.length === 1);
    double.refuseConnections();
    await store.append(
      'a',
      1,
      Array.from({ length: 1_000 }, () => anEvent()),
    );
    await eventually(() => seen.length === 1_001);
    await tail.stop();
  });

  it.each(['was lost', 'is another one', 'stands elsewhere'])(
    'writes nothing to a log in which what it read %s: a backup was restored',
    async (what) => {
      // G1
      const seen: string[] = [];
      const stopper = new AbortController();
      const following = (async () => {
        for await (const item of store.subscribe('0', stopper.signal))
          if ('stream' in item) seen.push(item.type);
      })().catch(() => undefined);
      const { position } = await store.append('a', 0, [anEvent('A')]);
      await store.append('a', 1, [anEvent('B')]);
      await eventually(() => seen.length === 2);
      double.crash();
      const { id, type, contentType, data, meta } = double.log.all.at(-1)!;
      const longer = {
        id: crypto.randomUUID(),
        type,
        contentType,
        meta,
        data: new TextEncoder().encode('{"longer":"than the one before"}'),
      };
      double.log.rewindTo(BigInt(position));
      if (what === 'is another one') double.log.append('conclave.a', 0n, [{ ...longer, data }]);
      if (what === 'stands elsewhere') double.log.append('conclave.b', 'any', [longer]);
      if (what === 'stands elsewhere')
        double.log.append('conclave.a', 0n, [{ id, type, contentType, data, meta }]);
      await double.restart(0);
      const before = double.log.all.length;
      await expect(store.append('a', 2, [anEvent('C')])).rejects.toThrow(
        /not the one that was read .*nothing is written/,
      );
      await expect(store.publish('presence', anEvent('D'))).rejects.toThrow(/nothing is written/);
      expect(double.log.all.length).toBe(before);
      stopper.abort();
      await following;
    },
  );

  it('writes again after an outage that lost nothing', async () => {
    const stopper = new AbortController();
    let isRead = false;
    const following = (async () => {
      for await (const item of store.subscribe('0', stopper.signal)) isRead ||= 'stream' in item;
    })().catch(() => undefined);
    await store.append('a', 0, [anEvent('A')]);
    await eventually(() => isRead);
    double.crash();
    await double.restart(0);
    expect((await store.append('a', 1, [anEvent('B')])).version).toBe(2);
    stopper.abort();
    await following;
  });

  it('leaves nothing open', async () => {
    const over = (async () => {
      for await (const item of store.subscribe('0', new AbortController().signal))
        if (item.type === 'caught-up') void store.close();
    })().catch((error: unknown) => error);
    expect(await over).toMatchObject({ code: 'store-unavailable' });
    await store.close();
    await eventually(() => double.openReads === 0 && double.connections === 0);
    for (const refused of [
      store.append('a', 0, [anEvent()]),
      store.publish('a', anEvent()),
      store.expire('a', 1_000),
      collect(store.read('a')),
      collect(store.subscribe('0', new AbortController().signal)),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('cancels what it stopped reading', async () => {
    await store.append(
      'a',
      0,
      Array.from({ length: 50 }, () => anEvent()),
    );
    for await (const event of store.read('a')) if (event.version === 1) break;
    for await (const item of store.subscribe('0', new AbortController().signal))
      if (item.type === 'caught-up') break;
    // that of the subscription ends in its own time
    await eventually(() => double.openReads === 0 && double.connections === 1);
  });
});
