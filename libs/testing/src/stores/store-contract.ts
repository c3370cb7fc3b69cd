import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { anEvent } from './an-event.js';
import { collect, follow } from './store-reading.js';
import { subscriptionContract } from './subscription-contract.js';
import { truncationContract } from './truncation-contract.js';
import {
  comparePositions,
  START,
  VersionConflict,
  type EventStore,
  type NewEvent,
  type StoredEvent,
} from '@conclave/event-store';

/** Gives a store on one and the same log each time it is called; the caller closes the former first. */
export type Connect = () => Promise<EventStore>;

/** What every store must do. No options: a store passes all of it or is not a store. */
export function storeContract(name: string, connect: Connect): void {
  describe(`event store contract: ${name}`, () => {
    const run = randomUUID().slice(0, 8);
    const streamNamed = (what: string) => `contract-${run}-${what}`;
    let store: EventStore;
    beforeAll(async () => {
      store = await connect();
    }, 120_000);
    afterAll(async () => {
      await store.close();
    });

    it('reads back what was appended, with versions from 1', async () => {
      const events = [
        anEvent('A', { text: 'grüße 🚀 "quoted"\n', nested: { list: [1, null, true] } }),
        anEvent('B'),
      ];
      const { version, position } = await store.append(streamNamed('read'), 0, events);
      expect(version).toBe(2);
      const read = await collect(store.read(streamNamed('read')));
      expect(read.map(({ position: _, writtenMs: __, ...rest }) => rest)).toEqual(
        events.map((event, index) => ({ ...event, stream: streamNamed('read'), version: index + 1 })),
      );
      expect(read[1]!.position).toBe(position);
      expect(comparePositions(read[0]!.position, read[1]!.position)).toBeLessThan(0);
    });

    it('reads from a version, and nothing past the end or of an unknown stream', async () => {
      await store.append(streamNamed('from'), 0, [anEvent('A'), anEvent('B'), anEvent('C')]);
      expect((await collect(store.read(streamNamed('from'), 2))).map((e) => e.type)).toEqual(['B', 'C']);
      expect(await collect(store.read(streamNamed('from'), 4))).toEqual([]);
      expect(await collect(store.read(streamNamed('none')))).toEqual([]);
    });

    it('reads large events whole and in order, however many', async () => {
      const stream = streamNamed('large');
      const text = 'x'.repeat(100_000);
      for (let n = 0; n < 30; n++) await store.append(stream, n, [anEvent('Large', { n, text })]);
      const numbers = Array.from({ length: 30 }, (_, n) => n);
      const isWhole = (event: StoredEvent | null): unknown =>
        event && (event.data as { text: string }).text === text && (event.data as { n: number }).n;
      expect((await collect(store.read(stream))).map(isWhole)).toEqual(numbers);
      const seen = await follow(
        store,
        START,
        (events) => events.includes(null),
        (name) => name === stream,
      );
      expect(seen.filter((event) => event !== null).map(isWhole)).toEqual(numbers);
    });

    it('refuses any version but the exact one and changes nothing', async () => {
      const stream = streamNamed('exact');
      await store.append(stream, 0, [anEvent('A')]);
      for (const wrong of [0, 2, 7]) {
        const refused = await store.append(stream, wrong, [anEvent('X')]).catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(VersionConflict);
        expect(refused).toMatchObject({ code: 'version-conflict', stream, expectedVersion: wrong });
      }
      await expect(store.append(streamNamed('absent'), 3, [anEvent()])).rejects.toBeInstanceOf(
        VersionConflict,
      );
      expect((await collect(store.read(stream))).map((e) => e.type)).toEqual(['A']);
    });

    it('takes the same ids at the same version as one write, with the first answer', async () => {
      const stream = streamNamed('repeat');
      await store.append(stream, 0, [anEvent('first')]);
      const events = [anEvent('A'), anEvent('B')];
      const first = await store.append(stream, 1, events);
      await store.append(stream, 3, [anEvent('later')]);
      expect(await store.append(stream, 1, events)).toEqual(first);
      await expect(store.append(stream, 1, [...events, anEvent('C')])).rejects.toBeInstanceOf(
        VersionConflict,
      );
      await expect(store.append(stream, 1, [events[0]!, anEvent('C')])).rejects.toBeInstanceOf(
        VersionConflict,
      );
      expect((await collect(store.read(stream))).map((e) => e.type)).toEqual(['first', 'A', 'B', 'later']);
    });

    it('lets exactly one of many concurrent appends at one version through', async () => {
      const stream = streamNamed('race');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.append(stream, 0, [anEvent('A', { n }), anEvent('B', { n })]),
        ),
      );
      expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1);
      for (const o of outcomes) if (o.status === 'rejected') expect(o.reason).toBeInstanceOf(VersionConflict);
      const read = await collect(store.read(stream));
      expect(read.map((e) => e.type)).toEqual(['A', 'B']);
      expect(read[0]!.data).toEqual(read[1]!.data);
    });

    it('publishes at any version: all arrive, in one order', async () => {
      const stream = streamNamed('publish');
      await Promise.all(Array.from({ length: 250 }, (_, n) => store.publish(stream, anEvent('Beat', { n }))));
      const read = await collect(store.read(stream));
      expect(read.map(({ version }) => version)).toEqual(Array.from({ length: 250 }, (_, n) => n + 1));
      expect(read.map(({ data }) => (data as { n: number }).n)).toEqual(
        Array.from({ length: 250 }, (_, n) => n),
      ); // in the order of asking
    });

    subscriptionContract(() => store, streamNamed);
    truncationContract(() => store, streamNamed);

    it('lets old events go in time: versions go on, what is young stays', async () => {
      const stream = streamNamed('expire');
      const now = (): NewEvent => ({ ...anEvent('E'), meta: { at: new Date().toISOString() } });
      for (let n = 0; n < 3; n++) await store.publish(stream, now());
      await store.expire(stream, 3_600_000, Date.now());
      expect((await collect(store.read(stream))).map((e) => e.version)).toEqual([1, 2, 3]);
      // A second is the least that EventStoreDB knows.
      for (let left = 3; left > 1; await new Promise((resolve) => setTimeout(resolve, 100))) {
        await store.expire(stream, 1_000, Date.now());
        left = (await collect(store.read(stream))).length;
      }
      await store.expire(stream, 3_600_000, Date.now());
      await store.publish(stream, now());
      expect((await collect(store.read(stream))).at(-1)?.version).toBe(4);
      expect((await collect(store.read(streamNamed('read')))).length).toBe(2); // no other stream is touched
    }, 20_000);

    it('keeps everything acknowledged when the store is opened again', async () => {
      const stream = streamNamed('again');
      const { position } = await store.append(stream, 0, [anEvent('A'), anEvent('B')]);
      await store.close();
      await expect(store.append(stream, 2, [anEvent('late')])).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      store = await connect();
      const read = await collect(store.read(stream));
      expect(read.map((e) => e.type)).toEqual(['A', 'B']);
      expect(read[1]!.position).toBe(position);
      expect(
        comparePositions((await store.append(stream, 2, [anEvent('C')])).position, position),
      ).toBeGreaterThan(0);
    });
  });
}
