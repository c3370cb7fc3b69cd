import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EventStoreDBClient } from '@eventstore/db-client';
import { Api, Cli, dropFolder, inc, ServerProcess, until } from '@conclave/processes';
import { credentialsOf, outgrow, testStore, type TestStore } from '@conclave/testing';

// Servers of one EventStoreDB, of which each begins with an empty disk, as pods do.

const NAME = 'anastasia@q.example';
const archives = mkdtempSync(join(tmpdir(), 'conclave-shelf-'));
const servers: ServerProcess[] = [];
let store: TestStore;
let client: EventStoreDBClient;
let credentials: ReturnType<typeof credentialsOf>;
const start = async (): Promise<ServerProcess> => {
  const server = await ServerProcess.start({ ...store.environment, CONCLAVE_LOG_LEVEL: 'info' });
  servers.push(server);
  return server;
};
beforeAll(async () => {
  store = await testStore('esdb');
  const url = store.environment.CONCLAVE_STORE!;
  [client, credentials] = [EventStoreDBClient.connectionString(url), credentialsOf(url)];
});
afterAll(async () => {
  await Promise.all(servers.map(async (server) => server.kill()));
  await client.dispose();
  await store.close();
  dropFolder(archives);
});

/** What is kept in the store beside the log, unpacked; null: nothing. */
async function shared(): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let isWhole = false;
  try {
    const stream = `~${store.environment.CONCLAVE_STREAM_PREFIX}snapshot`;
    for await (const { event } of client.readStream(stream, { credentials }))
      if (event!.type === 'SnapshotPart') parts.push(event!.data as Uint8Array);
      else isWhole = event!.type === 'SnapshotKept';
  } catch (error) {
    if (!String(error).includes('not found')) throw error;
  }
  return isWhole ? gunzipSync(Buffer.concat(parts)) : null;
}

it('servers begin with the snapshot in the store, and whom it was written to forget is in none there', async () => {
  const one = await start();
  const api = new Api(one.url);
  for (const runner of ['a', 'b'])
    await api.put(`/v1/groups/deploy/runners/${runner}`, { incarnation: inc(runner), ready: true });
  await api.post('/v1/groups/deploy/runners/a/heartbeat', { incarnation: inc('a'), sequence: 7, term: 1 });
  const [her, ben] = [NAME, 'ben'].map((name) => new Cli({ CONCLAVE_URL: one.url, CONCLAVE_ACTOR: name }));
  expect(await her!.run('taint', 'deploy', 'b', 'wet', '--reason', 'rain')).toMatchObject({ code: 0 });
  expect(await shared()).toBeNull(); // the log is small
  await outgrow(store.environment.CONCLAVE_STORE!);
  await start(); // looks sooner than one that has looked
  const before = await until('it is in the store', shared);
  expect([before.includes('deploy'), before.includes(NAME)]).toEqual([true, true]);

  const forgotten = await ben!.run('forget', NAME, '--out', archives, '--reason', 'has left');
  expect(forgotten).toMatchObject({ code: 0 });
  expect(readdirSync(archives)).toHaveLength(1);
  await until('it is gone from there', async () => !(await shared())?.includes(NAME));
  await start();
  const after = await until('another one is there', shared);
  expect([after.includes('deploy'), after.includes(NAME)]).toEqual([true, false]);

  const last = await start();
  expect(last.stderr).toContain('took the snapshot that is kept in the store');
  expect(last.stderr).toContain('restored a snapshot');
  const of = async ({ url }: ServerProcess) => (await new Api(url).get('/v1/groups/deploy')).body;
  expect(await of(last)).toEqual({ ...(await of(one)), position: expect.anything() });
  for (const server of servers.splice(0, servers.length - 1)) await server.kill();
  const beat = { incarnation: inc('a'), sequence: 7, term: 1 };
  const there = new Api(last.url);
  expect((await there.post('/v1/groups/deploy/runners/a/heartbeat', beat)).body.code).toBe('beat-stale');
  const next = await there.post('/v1/groups/deploy/runners/a/heartbeat', { ...beat, sequence: 8 });
  expect(next.body).toMatchObject({ role: 'leader', term: 1, leaseMs: 15_000 });
});
