import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { lostAt } from './lost.fixture.js';

// A backup is restored of a log in which a group is deleted now, or was already: no term of it is given twice (G1). And one
// that somebody has watched.

let directory: string;
let database: string;
let server: ServerProcess;
let api: Api;
const start = async (): Promise<void> => {
  server = await ServerProcess.start(
    { CONCLAVE_STORE: `sqlite:${database}`, CONCLAVE_LOG_LEVEL: 'error' },
    directory,
  );
  api = new Api(server.url);
};
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'conclave-restored-deletion-'));
  database = join(directory, 'c.db');
  await start();
});
afterEach(async () => {
  await server.kill();
  dropFolder(directory);
});

const register = async (group: string, life: number) =>
  api.put(`/v1/groups/${group}/runners/a`, { incarnation: inc('a', life), ready: true });
const leave = async (group: string, life: number) =>
  api.delete(`/v1/groups/${group}/runners/a?incarnation=${inc('a', life)}`);
/** One term more. */
const lead = async (group: string, life: number): Promise<void> => {
  await register(group, life);
  await leave(group, life);
};
const remove = async (group: string) => {
  const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  expect(await cli.run('delete', group, '--out', directory, '--reason', 'gone')).toMatchObject({ code: 0 });
};
const backup = async (): Promise<void> => {
  await server.kill('SIGTERM');
  copyFileSync(database, join(directory, 'backup.db'));
  await start();
};
const restore = async (): Promise<void> => {
  await server.kill('SIGTERM');
  for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  copyFileSync(join(directory, 'backup.db'), database);
  await start();
};
/** Groups that the log has lost something of. */
const accept = async (): Promise<string[]> => {
  const lost = await lostAt(api);
  expect((await api.post('/v1/log/accept', { reason: 'disk' })).status).toBe(200);
  await until('it goes on', async () => (await api.get('/readyz')).status === 200);
  return lost.map(({ group }) => group);
};

describe('a restored log', () => {
  it('in which a group is deleted already is accepted; the group stays as it is', async () => {
    for (const group of ['old', 'new']) await api.put(`/v1/groups/${group}`, { leaseMs: 1_000 });
    await lead('old', 1);
    await remove('old');
    await backup();
    await lead('new', 1);
    await restore();
    expect(await accept()).toEqual(['new']);
    expect((await register('old', 2)).body.code).toBe('group-deleted');
    expect((await api.get('/v1/groups/old/verify')).body).toMatchObject({ ok: true, events: 2 });
    expect((await register('new', 2)).body.term).toBe(2);
    await server.kill('SIGTERM');
    await start();
    expect((await api.get('/readyz')).status).toBe(200);
  });

  it('from before the deletion has the group alive: its terms go on above all that are known', async () => {
    await api.put('/v1/groups/old', { leaseMs: 1_000 });
    await lead('old', 1);
    await backup();
    for (const life of [2, 3]) await lead('old', life);
    await remove('old');
    await restore();
    expect(await accept()).toEqual(['old']);
    expect((await register('old', 4)).body.term).toBe(4);
    await leave('old', 4);
    await remove('old');
    expect((await register('old', 5)).body.code).toBe('group-deleted');
  });

  it('a watch does not go on from a place in what is lost, as soon as something else stands there', async () => {
    const placeOf = async (last?: string) => {
      const stream = await api.stream('/v1/watch', last === undefined ? {} : { 'last-event-id': last });
      const { id } = await stream.next('a place', (event) => event.id !== undefined);
      stream.cut();
      return id!;
    };
    await api.put('/v1/groups/g', { leaseMs: 1_000 });
    await lead('g', 1);
    await backup();
    for (const life of [2, 3]) await lead('g', life);
    const lost = await placeOf();
    await restore();
    await accept();
    for (const life of [4, 5, 6]) await lead('g', life);
    const { body } = await api.get('/readyz');
    expect(Number(body.position)).toBeGreaterThan(Number(lost));
    expect(await api.get('/v1/watch', { 'last-event-id': lost })).toMatchObject({
      status: 503,
      body: { code: 'position-not-reached', detail: expect.stringContaining('before a backup was restored') },
    });
    const found = await placeOf();
    await lead('g', 7);
    const next = await placeOf(found);
    expect([found, next]).toEqual([expect.stringMatching(/^\d+\.1$/), expect.stringMatching(/^\d+\.1$/)]);
    await server.kill('SIGTERM');
    await start();
    await lead('g', 8);
    expect(Number.parseInt(await placeOf(next))).toBeGreaterThan(Number.parseInt(next));
  });
});
