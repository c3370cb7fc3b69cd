import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { isCaughtUp, StoreUnavailable, type Shelf, type Shelved } from '@conclave/event-store';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { anEvent, credentialsOf, serversUnderTest, type ServerUnderTest } from '@conclave/testing';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** In chunks of any size, as they come from a file. */
async function* chunksOf(bytes: Buffer, size = 70_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function* brokenAfter(bytes: Buffer): AsyncGenerator<Buffer> {
  yield* chunksOf(bytes);
  throw new Error('killed');
}

describe.each(serversUnderTest())('a shelf beside the log: %s', (_, started) => {
  let server: ServerUnderTest;
  let client: EventStoreDBClient;
  let store: EsdbEventStore;
  let prefix: string;
  let shelf: Shelf;
  const open = async (at: string) => EsdbEventStore.open({ connectionString: server.url, prefix: at });
  beforeAll(async () => {
    server = await started();
    client = EventStoreDBClient.connectionString(server.url);
  });
  beforeEach(async () => {
    await store?.close();
    prefix = `shelf-${randomUUID().slice(0, 8)}.`;
    store = await open(prefix);
    shelf = store.shelf('snapshot');
  });
  afterAll(async () => {
    await store.close();
    await client.dispose();
    await server.close();
  });

  const bytesOf = async (shelved: Shelved): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for await (const part of shelf.bytesOf(shelved)) parts.push(part);
    return Buffer.concat(parts);
  };
  const put = async (bytes: Buffer, position = '7') =>
    shelf.put({ position, about: { n: bytes.length } }, chunksOf(bytes));
  const isDue = async (position: string) => shelf.isDue(position, () => false);
  const onShelf = async () => {
    const last = await shelf.last();
    return last && { position: last.position, about: last.about, bytes: digestOf(await bytesOf(last)) };
  };
  /** Of the stream, as a bare client sees them. */
  const typesOf = async () => {
    const read = client.readStream(`~${prefix}snapshot`, { credentials: credentialsOf(server.url) });
    const types: string[] = [];
    for await (const { event } of read) types.push(event!.type);
    return types;
  };

  it('has what was put there last, in whatever many parts; what was before that is let go of with the next one', async () => {
    expect(await onShelf()).toBeNull();
    for (const [n, size] of [1_400_000, 3, 4 * 64 * 1024, 0].entries()) {
      const bytes = randomBytes(size);
      expect(await put(bytes, String(n))).toBe(true);
      expect(await onShelf()).toEqual({ position: String(n), about: { n: size }, bytes: digestOf(bytes) });
    }
    expect(await typesOf()).toEqual([...Array(4).fill('SnapshotPart'), 'SnapshotKept', 'SnapshotKept']);
    const again = await open(prefix);
    expect(await again.shelf('snapshot').last()).toMatchObject({ position: '3' });
    expect(await again.shelf('other').last()).toBeNull();
    await again.close();
  });

  it('is no part of the log', async () => {
    const { position } = await store.append('a', 0, [anEvent('A')]);
    await put(randomBytes(600_000));
    await store.append('b', 0, [anEvent('B')]);
    const told: string[] = [];
    for await (const item of store.subscribe(position, new AbortController().signal)) {
      if (isCaughtUp(item)) break;
      if ('stream' in item) told.push(item.stream);
    }
    expect(told).toEqual(['b']);
  });

  it('has the one before as long as the next one is not whole; whoever was killed as it was put there is waited for once', async () => {
    const [whole, next] = [randomBytes(700_000), randomBytes(900_000)];
    await put(whole);
    const killed = async () => shelf.put({ position: '8', about: {} }, brokenAfter(randomBytes(200_000)));
    await expect(killed()).rejects.toThrow('killed');
    expect(await killed()).toBe(false); // as if that one were at it still
    await expect(killed()).rejects.toThrow('killed');
    expect(await onShelf()).toMatchObject({ position: '7', bytes: digestOf(whole) });
    expect([await put(next, '9'), await put(next, '9')]).toEqual([false, true]);
    expect(await onShelf()).toMatchObject({ position: '9', bytes: digestOf(next) });
    await put(Buffer.from('x'), '10');
    expect(await typesOf()).toEqual([
      ...Array(14).fill('SnapshotPart'),
      'SnapshotKept',
      'SnapshotPart',
      'SnapshotKept',
    ]);
  });

  it('one that is put there slowly is not broken by another', async () => {
    const bytes = randomBytes(300_000);
    const other = await open(prefix);
    let isRefused: boolean | undefined;
    async function* slowly(): AsyncGenerator<Buffer> {
      for await (const chunk of chunksOf(bytes)) {
        yield chunk;
        if (chunk.length < 70_000)
          isRefused = !(await other.shelf('snapshot').put({ position: '9', about: {} }, chunksOf(bytes)));
      }
    }
    expect(await shelf.put({ position: '7', about: {} }, slowly())).toBe(true);
    expect([isRefused, await onShelf()]).toMatchObject([true, { position: '7', bytes: digestOf(bytes) }]);
    await other.close();
  });

  it('of two who put something there at once one stays away, and what is there is whole', async () => {
    const [one, two] = [randomBytes(1_500_000), randomBytes(1_500_000)];
    const puts = await Promise.all([put(one, '1'), put(two, '2')]);
    expect(puts.filter(Boolean).length).toBeLessThanOrEqual(1);
    const found = await onShelf();
    if (puts.some(Boolean)) expect(found!.bytes).toEqual(digestOf(puts[0] ? one : two));
    else expect(found).toBeNull();
  });

  it('nothing older takes the place of what is there', async () => {
    await put(randomBytes(10), '8');
    expect([await put(randomBytes(10), '7'), await put(randomBytes(10), '9')]).toEqual([false, true]);
    expect(await onShelf()).toMatchObject({ position: '9' });
  });

  it('what is dropped is gone for good, and nothing of as little comes back', async () => {
    await shelf.drop('5'); // where nothing was
    expect([await put(randomBytes(10), '4'), await onShelf()]).toEqual([false, null]);
    await put(randomBytes(100_000), '7');
    await put(randomBytes(100_000), '8');
    await shelf.drop('8'); // that one has it
    expect([await onShelf(), await typesOf()]).toMatchObject([
      { position: '8' },
      ['SnapshotPart', 'SnapshotPart', 'SnapshotKept'],
    ]);
    for (let time = 0; time < 2; time++) {
      await shelf.drop('9');
      expect([await onShelf(), await typesOf()]).toEqual([null, ['SnapshotsDropped']]);
    }
    expect(await isDue('17000000')).toBe(true);
    expect([await put(randomBytes(10), '8'), await put(randomBytes(10), '9')]).toEqual([false, true]);
    expect(await onShelf()).toMatchObject({ position: '9' });
  });

  it('the word that it was dropped stays, whoever is killed as something is put behind it', async () => {
    await shelf.drop('8');
    const killed = async () =>
      store.shelf('snapshot').put({ position: '9', about: {} }, brokenAfter(randomBytes(200_000)));
    await expect(killed()).rejects.toThrow('killed');
    const other = store.shelf('snapshot');
    const again = async () => other.put({ position: '9', about: {} }, brokenAfter(Buffer.alloc(0)));
    expect(await again()).toBe(false);
    await expect(again()).rejects.toThrow('killed');
    expect([await put(randomBytes(9), '7'), await put(randomBytes(9), '7')]).toEqual([false, false]);
    expect(await onShelf()).toBeNull();
  });

  it('whoever puts something there as it is dropped stays away', async () => {
    async function* dropping(): AsyncGenerator<Buffer> {
      yield* chunksOf(randomBytes(200_000));
      await shelf.drop('9');
      yield randomBytes(10);
    }
    expect(await shelf.put({ position: '8', about: {} }, dropping())).toBe(false);
    expect([await onShelf(), await typesOf()]).toEqual([null, ['SnapshotsDropped']]);
  });

  it('is due when the log has grown by sixteen megabytes, and by ten times as much as was put there', async () => {
    const mb = 1024 * 1024;
    expect([await isDue(String(16 * mb - 1)), await isDue(String(16 * mb))]).toEqual([false, true]);
    await put(randomBytes(2 * mb), '5');
    expect([await isDue(String(20 * mb + 4)), await isDue(String(20 * mb + 5))]).toEqual([false, true]);
    expect(await shelf.isDue('6', ({ position }) => position === '5')).toBe(true);
    expect(await shelf.isDue('4', () => true)).toBe(false); // there is a newer one
  });

  it('bytes that were let go of meanwhile do not come', async () => {
    await put(randomBytes(700_000), '7');
    const last = (await shelf.last())!;
    await shelf.drop('8');
    expect(await bytesOf(last)).toEqual(Buffer.alloc(0));
  });

  it.each<[string, Parameters<typeof binaryEvent>[0]]>([
    ['something', { type: 'Odd', data: Buffer.from('x') }],
    ['parts of no number', { type: 'SnapshotPart', data: Buffer.from('x'), metadata: { part: 0 } }],
    ['parts that say nothing', { type: 'SnapshotPart', data: Buffer.from('x') }],
    ['parts of too high a number', { type: 'SnapshotPart', data: Buffer.from('x'), metadata: { part: 99 } }],
    ['a whole of nothing', { type: 'SnapshotKept', data: Buffer.from('{}') }],
  ])('has nothing where others wrote %s there, and takes what is put there then', async (__, event) => {
    for (let time = 0; time < 3; time++)
      await client.appendToStream(`~${prefix}snapshot`, binaryEvent(event), {
        credentials: credentialsOf(server.url),
      });
    await isDue('99999999'); // as if somebody were putting something there
    expect([await onShelf(), await isDue('99999999')]).toEqual([null, true]);
    const puts = [await put(randomBytes(10)), await put(randomBytes(10))];
    expect([puts[1], await onShelf()]).toMatchObject([true, { position: '7' }]);
  });

  it('what claims to be of more than there is was copied from elsewhere, and is nothing', async () => {
    const [type, position] = ['SnapshotKept', '9'.repeat(18)];
    const copied = jsonEvent({ type, data: { position, about: {}, parts: 0, bytes: 0 } });
    await client.appendToStream(`~${prefix}snapshot`, copied, { credentials: credentialsOf(server.url) });
    expect([await onShelf(), await put(randomBytes(10))]).toEqual([null, true]);
  });

  it('where all is hidden nothing can be dropped, which is so already, nor put', async () => {
    await put(randomBytes(10));
    const credentials = credentialsOf(server.url);
    await client.setStreamMetadata(`~${prefix}snapshot`, { truncateBefore: 2 }, { credentials });
    await store.shelf('snapshot').drop('9');
    await expect(put(randomBytes(10))).rejects.toThrow('nothing in');
  });

  it('deleted, it is as new; tombstoned, it stays empty', async () => {
    const credentials = credentialsOf(server.url);
    await put(randomBytes(100_000));
    await client.deleteStream(`~${prefix}snapshot`, { credentials });
    const puts = [await put(randomBytes(10)), await put(randomBytes(10)), await put(randomBytes(10), '8')];
    expect([puts.includes(true), await onShelf()]).toMatchObject([true, { position: expect.anything() }]);
    await client.tombstoneStream(`~${prefix}snapshot`, { credentials });
    await shelf.drop('9');
    expect([await onShelf(), await put(randomBytes(10))]).toEqual([null, false]);
  });

  it('waits for nobody who does not answer', async () => {
    const away = await EsdbEventStore.open({ connectionString: 'esdb://127.0.0.1:1?tls=false' });
    await expect(away.shelf('snapshot').last()).rejects.toBeInstanceOf(StoreUnavailable);
    await away.close();
  });
});
