import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { anEvent, collect, startEsdbDouble, type EsdbDouble } from '@conclave/testing';

describe('EventStoreDB store at its edges', () => {
  let double: EsdbDouble;
  let store: EsdbEventStore;
  beforeAll(async () => {
    double = await startEsdbDouble({ maxAppendSize: 10_000 });
    store = await EsdbEventStore.open({ connectionString: double.connectionString, callMs: 1_000 });
  });
  afterAll(async () => {
    await store.close();
    await double.stop();
  });

  it('begins behind a place that a scavenge removed, and nothing after it is missed', async () => {
    const at: Record<string, string> = {};
    const append = async (stream: string, version: number) => {
      const type = `${stream}${version}`;
      at[type] = (await store.append(stream, version, [anEvent(type)])).position;
    };
    for (const [stream, version] of [
      ['stays', 0],
      ['goes', 0],
      ['goes', 1],
      ['stays', 1],
      ['stays', 2],
      ['goes', 2],
    ] as const)
      await append(stream, version);
    await store.truncate('goes', 3);
    double.log.scavenge();
    const after = async (place: string) => {
      const stop = new AbortController();
      const types: string[] = [];
      for await (const item of store.subscribe(at[place]!, stop.signal)) {
        if (item.type === 'caught-up') stop.abort();
        else if ('stream' in item) types.push(item.type);
      }
      return types.join(' ');
    };
    expect(await after('goes0')).toBe('stays1 stays2 goes2');
    expect(await after('goes1')).toBe('stays1 stays2 goes2');
    expect(await after('stays1')).toBe('stays2 goes2');
    expect(await after('goes2')).toBe('');
  });

  it.each([
    ['sqlite:./x.db', 'does not look like'],
    ['esdb://', 'does not look like'],
    ['kurrentdb://host', 'does not look like'],
    ['esdb://host:0', '"host:0"'],
    ['esdb://host:123456', '"host:123456"'],
    ['esdb://[::1]:2113', '"[::1]:2113"'],
    ['esdb://host?tsl=false', '"tsl", which is no option'],
    ['esdb://host?tls=false&', 'no option'],
    ['esdb://host?tls=no', '"tls" must be true or false'],
    ['esdb://host?keepAliveInterval=5s', '"keepAliveInterval" must be a whole number of milliseconds'],
    ['esdb://host?keepAliveTimeout=-1', '"keepAliveTimeout" must be a whole number of milliseconds'],
    ['esdb://host?keepAliveTimeout=9999999999', '"keepAliveTimeout" must be a whole number of milliseconds'],
    ['esdb://host?gossipTimeout=0', '"gossipTimeout" must be a number of seconds'],
    ['esdb://user@host', 'user:password'],
    ['esdb://user:pass:word@host', '%3A'],
    ['esdb://user:%zz@host', 'percent-encoded'],
    ['esdb://host?tlsVerifyCert=false', 'tlsCAFile'],
    [
      'esdb://host?tlsCAFile=/not/there',
      'tlsCAFile="/not/there", named in the EventStoreDB connection string, cannot',
    ],
    ['esdb://host?tlsCAFile=package.json', 'has no CERTIFICATE in it'],
    ['esdb://host?tlsCAFile=%zz', '"tlsCAFile" is not percent-encoded'],
    ['esdb://host?tls=false&defaultDeadline=0', 'defaultDeadline'],
    ['esdb://host?tls=false&nodePreference=best', 'read_only_replica'],
  ])('refuses the connection string %s', async (connectionString, why) => {
    const refused = EsdbEventStore.open({ connectionString });
    await expect(refused).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining(why),
    });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('pass:word') });
  });

  it.each([
    'me:zq1?zq2@host',
    'me:zq1?zq2@a,b?tls=false',
    'a?password=zq',
    'a?me:zq1@b',
    'me:zq1:zq2@a',
    'zq1@a',
  ])('tells nothing of a password that stands where none is expected: %s', async (rest) => {
    await expect(EsdbEventStore.open({ connectionString: `esdb://${rest}` })).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.not.stringContaining('zq'),
    });
  });

  it('refuses a prefix that would not be a filter', async () => {
    for (const prefix of ['', '$x', 'grüße-', 'a b']) {
      await expect(EsdbEventStore.open({ connectionString: 'esdb://host', prefix })).rejects.toMatchObject({
        code: 'store-unusable',
      });
    }
  });

  it('is named without credentials, and opens while nothing is there', async () => {
    const absent = await EsdbEventStore.open({
      connectionString: 'esdb://me:s%3Acret@127.0.0.1:9?tls=false',
    });
    expect(absent.name).toBe('esdb://127.0.0.1:9?tls=false');
    await expect(absent.append('a', 0, [anEvent()])).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(collect(absent.read('a'))).rejects.toMatchObject({ code: 'store-unavailable' });
    await absent.close();
  });

  it('says that a server without TLS needs tls=false', async () => {
    const secure = await EsdbEventStore.open({ connectionString: `esdb://127.0.0.1:${double.port}` });
    await expect(secure.append('a', 0, [anEvent()])).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('tls=false'),
    });
    await secure.close();
  });

  it('says what to do when access is denied', async () => {
    double.faults.on('append', 'access-denied');
    await expect(store.append('denied', 0, [anEvent()])).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('user'),
    });
    double.faults.on('read', 'access-denied');
    await expect(collect(store.subscribe('0', new AbortController().signal))).rejects.toMatchObject({
      code: 'store-unusable',
    });
  });

  it('says that a stream was deleted', async () => {
    await store.append('hard', 0, [anEvent()]);
    double.log.tombstone('conclave.hard');
    const deleted = { code: 'stream-deleted', message: expect.stringContaining('"hard"') };
    await expect(store.append('hard', 1, [anEvent()])).rejects.toMatchObject(deleted);
    await expect(store.publish('hard', anEvent())).rejects.toMatchObject(deleted);
    await expect(collect(store.read('hard'))).rejects.toMatchObject(deleted);
    await store.append('soft', 0, [anEvent(), anEvent()]);
    double.log.deleteSoftly('conclave.soft');
    expect(await collect(store.read('soft'))).toEqual([]);
    await expect(store.append('soft', 0, [anEvent()])).rejects.toMatchObject({ code: 'stream-deleted' });
  });

  it('refuses an append over the size limit and writes nothing of it', async () => {
    const big = [anEvent('A', { text: 'x'.repeat(6_000) }), anEvent('B', { text: 'x'.repeat(6_000) })];
    await expect(store.append('big', 0, big)).rejects.toMatchObject({
      code: 'append-too-large',
      message: expect.stringContaining('10000'),
    });
    expect((await store.append('big', 0, [big[0]!])).version).toBe(1);
    const huge = [anEvent('A', { text: 'x'.repeat(15_000_001) })];
    await expect(store.append('big', 1, huge)).rejects.toMatchObject({
      code: 'append-too-large',
      message: expect.stringMatching(/has 150\d+ bytes, more than any EventStoreDB takes/),
    });
  });

  it('refuses what is not JSON before the client sees it', async () => {
    await expect(store.append('json', 0, [anEvent('A', { n: 1n })])).rejects.toThrow('bigint');
    await expect(store.append('json', 0, [])).rejects.toBeInstanceOf(TypeError);
    expect(await collect(store.read('json'))).toEqual([]);
  });

  it('says to the tools of EventStoreDB what belongs together; to Conclave that is no part of the event', async () => {
    const meta = { v: 1, correlationId: 'request-7', commandId: randomUUID() };
    await store.append('group-named', 0, [{ ...anEvent(), meta }]);
    const stored = double.log.all.find(({ stream }) => stream === 'conclave.group-named')!;
    expect(JSON.parse(Buffer.from(stored.meta).toString())).toEqual({
      ...meta,
      $correlationId: 'request-7',
      $causationId: meta.commandId,
    });
    expect((await collect(store.read('group-named')))[0]!.meta).toEqual(meta);
  });

  it('reads the position back when the server does not say it', async () => {
    const first = await store.append('where', 0, [anEvent('A'), anEvent('B')]);
    double.faults.on('append', 'reply-without-position');
    const second = await store.append('where', 2, [anEvent('C')]);
    expect((await collect(store.read('where'))).map((e) => e.position).slice(1)).toEqual([
      first.position,
      second.position,
    ]);
  });

  it('says what the version is when it refuses one', async () => {
    await store.append('conflict', 0, [anEvent(), anEvent()]);
    await expect(store.append('conflict', 1, [anEvent()])).rejects.toMatchObject({
      code: 'version-conflict',
      actualVersion: 2,
    });
    await expect(store.append('nothing', 4, [anEvent()])).rejects.toMatchObject({
      code: 'version-conflict',
      actualVersion: 0,
    });
  });

  it('gives a slow consumer all of history before caught-up, and never a system event', async () => {
    const prefix = `slow-${randomUUID()}-`;
    const slow = await EsdbEventStore.open({ connectionString: double.connectionString, prefix });
    for (let n = 0; n < 12; n++)
      await slow.append(
        's',
        n * 100,
        Array.from({ length: 100 }, () => anEvent('H')),
      );
    await slow.expire('s', 1_000);
    double.log.tombstone(`${prefix}gone`);
    const stop = new AbortController();
    const order: string[] = [];
    for await (const item of slow.subscribe('0', stop.signal)) {
      order.push(item.type);
      // Long enough for the client to say caught-up while it still buffers what we do not take yet (facts 4).
      if (order.length === 1)
        await new Promise((resolve) => {
          setTimeout(resolve, 500);
        });
      if (item.type === 'caught-up') await slow.publish('s', anEvent('live'));
      if (item.type === 'live') stop.abort();
    }
    expect(order).toEqual([...Array.from({ length: 1_200 }, () => 'H'), 'caught-up', 'live']);
    await slow.close();
  });

  it('has old events hidden by one number in the metadata, and leaves the others', async () => {
    await store.append(
      'meta',
      0,
      Array.from({ length: 6 }, () => anEvent()),
    );
    double.log.append('$$conclave.meta', 'any', [
      {
        id: randomUUID(),
        type: '$metadata',
        contentType: 'application/json',
        data: Buffer.from('{"$maxCount":4,"owner":"me"}'),
        meta: new Uint8Array(),
      },
    ]);
    await Promise.all([store.expire('meta', 90_000), store.expire('meta', 90_000)]);
    await store.expire('meta', 90_000); // nothing is written for what stands there
    await store.expire('unknown', 90_000);
    expect((await collect(store.read('meta'))).map((e) => e.version)).toEqual([3, 4, 5, 6]);
    const documentsOf = (stream: string) =>
      double.log.all
        .filter((e) => e.stream === `$$conclave.${stream}`)
        .map((e) => JSON.parse(Buffer.from(e.data).toString()) as object);
    expect(documentsOf('meta').slice(1)).toEqual([{ $maxCount: 4, owner: 'me', $maxAge: 90 }]);
    expect(documentsOf('unknown')).toEqual([{ $maxAge: 90 }]);
    double.log.deleteSoftly('conclave.meta');
    await store.expire('meta', 90_000);
    expect(documentsOf('meta')).toHaveLength(3); // the number of a deleted stream cannot be written back
  });
});
