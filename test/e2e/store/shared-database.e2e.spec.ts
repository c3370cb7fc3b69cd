import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryEvent, EventStoreDBClient, jsonEvent, type EventData } from '@eventstore/db-client';
import { Api, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { credentialsOf, testStore, type TestStore } from '@conclave/testing';

const credentials = credentialsOf(process.env.ESDB_URL ?? '');
let store: TestStore;
let client: EventStoreDBClient;
let directory: string;
let running: ServerProcess[];
beforeEach(async () => {
  store = await testStore('esdb');
  client = EventStoreDBClient.connectionString(store.environment.CONCLAVE_STORE!);
  directory = mkdtempSync(join(tmpdir(), 'conclave-shared-'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()));
  await client.dispose();
  await store.close();
  dropFolder(directory);
});

const started = async () => {
  const server = await ServerProcess.start({ ...store.environment, CONCLAVE_LOG_LEVEL: 'fatal' }, directory);
  running.push(server);
  return { server, api: new Api(server.url) };
};
const named = (stream: string) => `${store.environment.CONCLAVE_STREAM_PREFIX}${stream}`;
const put = async (stream: string, event: EventData) =>
  client.appendToStream(named(stream), event, { credentials });
let sequence = 0;
const beat = async (api: Api, group: string, term?: number) =>
  api.post(`/v1/groups/${group}/runners/r/heartbeat`, {
    incarnation: inc(group),
    sequence: ++sequence,
    acked: sequence - 1,
    ...(term !== undefined && { term }),
  });
/** Groups, each led by its runner. */
const led = async (api: Api, groups: readonly string[] = ['a', 'b']) => {
  for (const group of groups) {
    await api.put(`/v1/groups/${group}`, { leaseMs: 60_000, heartbeatMs: 1_000 });
    await api.put(`/v1/groups/${group}/runners/r`, { incarnation: inc(group) });
    await beat(api, group);
    expect((await beat(api, group, 1)).body).toMatchObject({ role: 'leader', leaseMs: 60_000 });
  }
};
const isUnusable = async (api: Api, group: string) =>
  (await api.get(`/v1/groups/${group}`)).body.code === 'group-unreadable';

describe('somebody else writes into our streams', () => {
  it('of groups: those are unusable and say why, also after a restart; the others go on', async () => {
    const foreign = new Map<string, EventData>([
      ['own', jsonEvent({ type: 'OrderPlaced', data: { total: 1 } })],
      [
        'like-ours', // like a part of an append
        jsonEvent({ type: 'LeaderElected', data: {}, metadata: { v: 1, part: { index: 1, of: 3 } } }),
      ],
      ['bytes', binaryEvent({ type: 'Picture', data: new Uint8Array([1, 2, 3]) })],
      ['link', jsonEvent({ type: '$>', data: '0@elsewhere' as never })],
    ]);
    let { server, api } = await started();
    await led(api, [...foreign.keys(), 'b']);
    for (const [group, event] of foreign) await put(`group-${group}`, event);
    const all = async () => {
      for (const group of foreign.keys()) {
        const body = {
          code: 'group-unreadable',
          detail: expect.stringContaining(`stream "${named(`group-${group}`)}"`),
        };
        const says = { status: 503, body };
        const G = `/v1/groups/${group}`;
        expect(await api.get(G)).toMatchObject(says);
        expect(await beat(api, group, 1)).toMatchObject(says);
        expect(await api.get(`${G}/fence?term=1`)).toMatchObject(says);
        expect(await api.put(`${G}/runners/r/taints/x`, { reason: 'x' })).toMatchObject(says);
        const beats = [{ group, runner: 'r', incarnation: inc(group), sequence: ++sequence, acked: 0 }];
        expect((await api.post('/v1/heartbeats', { beats })).body.replies).toMatchObject([body]);
      }
      expect((await beat(api, 'b', 1)).body).toMatchObject({ role: 'leader', leaseMs: 60_000 });
      const changed = await api.put('/v1/groups/b', { leaseMs: 50_000 + sequence, heartbeatMs: 1_000 });
      expect(changed.status).toBe(200);
      const ready = await api.get('/readyz');
      expect(ready).toMatchObject({ status: 200, body: { ready: true } });
      const details = new Map<string, string>(
        ready.body.unreadable.map((one: { group: string; detail: string }) => [one.group, one.detail]),
      );
      expect([...details.keys()].sort()).toEqual([...foreign.keys()].sort());
      for (const group of ['own', 'bytes'])
        expect(details.get(group)).toMatch(
          /Conclave did not write it, somebody else did.*tombstone the stream.*prefix of its own/,
        );
      await api.put('/v1/groups/b', { leaseMs: 60_000, heartbeatMs: 1_000 });
    };
    for (const group of foreign.keys()) await until('it is noticed', () => isUnusable(api, group));
    await all();
    expect((await api.get('/v1/verify')).body).toMatchObject({ ok: false });
    await server.kill();
    ({ server, api } = await started());
    await all();
  });

  it('of the presence log or the keys: it is skipped, and nobody is stopped by it', async () => {
    let { server, api } = await started();
    await led(api);
    for (const stream of ['presence', 'keys']) {
      await put(stream, jsonEvent({ type: 'BeatsObserved', data: { beats: 'none' } }));
      await put(
        stream,
        jsonEvent({
          type: 'SigningKeyPublished',
          data: null as never,
          metadata: { part: { index: 0, of: 9 } },
        }),
      );
      await put(
        stream,
        binaryEvent({ type: 'Picture', data: new Uint8Array([1]), metadata: new Uint8Array([2]) }),
      );
    }
    const goesOn = async () => {
      for (const group of ['a', 'b'])
        expect((await beat(api, group, 1)).body).toMatchObject({
          role: 'leader',
          leaseMs: 60_000,
          certificate: expect.any(String),
        });
      expect((await api.get('/readyz')).status).toBe(200);
    };
    await goesOn();
    await server.kill();
    ({ server, api } = await started());
    await goesOn();
    expect((await api.get('/v1/verify')).body).toMatchObject({ ok: true });
  });

  it('what a person does with it: the stream is tombstoned, another name is taken, and a restart is no reason to stop', async () => {
    let { server, api } = await started();
    await led(api);
    await put('group-a', jsonEvent({ type: 'OrderPlaced', data: {} }));
    await until('it is noticed', () => isUnusable(api, 'a'));
    await client.tombstoneStream(named('group-a'), { credentials });
    await server.kill();
    ({ server, api } = await started());
    expect((await beat(api, 'b', 1)).body).toMatchObject({ role: 'leader' });
    expect((await api.put('/v1/groups/a2/runners/r', { incarnation: inc('a2') })).status).toBe(201);
    expect((await api.put('/v1/groups/a/runners/r', { incarnation: randomUUID() })).status).toBe(503);
    expect((await api.get('/v1/log')).body).toMatchObject({ state: 'known' });
  });
});

it('the last of our events may be in a stream that is deleted: it is no reason to call the log another one', async () => {
  let { server, api } = await started();
  await led(api);
  await client.tombstoneStream(named('group-b'), { credentials });
  await server.kill('SIGTERM');
  ({ server, api } = await started());
  expect((await beat(api, 'a', 1)).body).toMatchObject({ role: 'leader' });
  expect((await api.get('/readyz')).status).toBe(200);
});
