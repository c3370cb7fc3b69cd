import { expect, it } from '@jest/globals';
import { START, VersionConflict, type EventStore } from '@conclave/event-store';
import { anEvent } from './an-event.js';
import { collect, follow } from './store-reading.js';

/** What truncation must do; what a subscription still tells of is up to the store. */
export function truncationContract(store: () => EventStore, streamNamed: (what: string) => string): void {
  const versions = async (stream: string, from?: number): Promise<number[]> =>
    (await collect(store().read(stream, from))).map(({ version }) => version);

  it('truncates a stream for good: versions go on, the rest and other streams stay', async () => {
    const [stream, other] = [streamNamed('truncated'), streamNamed('not-truncated')];
    for (const name of [stream, other])
      await store().append(name, 0, [anEvent('A'), anEvent('B'), anEvent('C'), anEvent('D')]);
    const before = await collect(store().read(stream, 3));
    await store().truncate(stream, 3);
    expect(await versions(stream)).toEqual([3, 4]);
    expect(await versions(stream, 2)).toEqual([3, 4]);
    expect(await collect(store().read(stream))).toEqual(before); // with their positions
    await store().truncate(stream, 3);
    await store().truncate(stream, 2);
    expect(await versions(stream)).toEqual([3, 4]);
    expect(await versions(other)).toEqual([1, 2, 3, 4]);
    expect((await store().append(stream, 4, [anEvent('E')])).version).toBe(5);
    await expect(store().append(stream, 0, [anEvent('X')])).rejects.toBeInstanceOf(VersionConflict);
    const seen = await follow(
      store(),
      START,
      (events) => events.includes(null),
      (name) => name === stream,
    );
    expect(seen.filter((event) => event !== null && event.version > 2).map((e) => e!.type)).toEqual(
      expect.arrayContaining(['C', 'D', 'E']),
    );
  });

  it('never truncates the last event of a stream, and hides nothing that comes later', async () => {
    const stream = streamNamed('truncated-whole');
    await store().append(stream, 0, [anEvent('A'), anEvent('B')]);
    await store().truncate(stream, 99);
    expect(await versions(stream)).toEqual([2]);
    await store().append(stream, 2, [anEvent('C')]);
    expect(await versions(stream)).toEqual([2, 3]);
  });

  it('truncates many events, while others are appended', async () => {
    const stream = streamNamed('truncated-many');
    for (let n = 0; n < 25; n++)
      await store().append(
        stream,
        n * 100,
        Array.from({ length: 100 }, (_, index) => ({ ...anEvent('E'), meta: { part: { index, of: 100 } } })),
      );
    const truncated = store().truncate(stream, 2_400);
    await store().append(stream, 2_500, [anEvent('F')]);
    await truncated;
    expect(await versions(stream)).toEqual(Array.from({ length: 102 }, (_, n) => 2_400 + n));
  });

  it('takes the copy of a truncated stream at its versions', async () => {
    const stream = streamNamed('begun');
    await store().begin(stream, 1_234, 'Holder');
    await store().begin(stream, 1_234, 'Holder');
    const { version } = await store().append(stream, 1_234, [anEvent('A'), anEvent('B')]);
    expect(version).toBe(1_236);
    await store().truncate(stream, 1_235);
    await store().begin(stream, 1_234, 'Holder');
    expect((await collect(store().read(stream))).map((e) => [e.version, e.type])).toEqual([
      [1_235, 'A'],
      [1_236, 'B'],
    ]);
  });
}
