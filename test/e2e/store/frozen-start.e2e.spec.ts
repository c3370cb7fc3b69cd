import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Api, inc, ownPort, ServerProcess, until, dropFolder } from '@conclave/processes';
import { startEsdbDouble } from '@conclave/testing';

const running: ServerProcess[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => server.kill()));
  for (const close of closing.splice(0)) await close();
});

/** One that serves on a double which can be frozen. */
async function served() {
  const double = await startEsdbDouble();
  closing.push(async () => double.stop());
  const folder = mkdtempSync(join(tmpdir(), 'conclave-frozen-'));
  closing.push(async () => dropFolder(folder));
  const environment = { CONCLAVE_STORE: double.connectionString, CONCLAVE_PORT: await ownPort() };
  const server = await ServerProcess.start(environment, folder);
  running.push(server);
  return { double, folder, environment, server, api: new Api(server.url) };
}

describe('a server that starts while its store is frozen', () => {
  it('says so on its port at once, answers nothing that it cannot know, and serves when the store is back', async () => {
    const { double, folder, environment, server, api } = await served();
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
    expect(await server.kill('SIGTERM')).toBe(0);
    double.freeze();
    running.push(ServerProcess.spawned(environment, folder));
    const away = await until('the port is open', async () => api.get('/readyz').catch(() => null));
    expect(away).toMatchObject({
      status: 503,
      body: { caughtUp: false, reasons: ['looking whether the log is the one that this server knew'] },
    });
    expect((await api.get('/healthz')).status).toBe(200);
    expect((await api.get('/metrics')).status).toBe(200);
    for (const path of ['/v1/groups/g/leader', '/v1/log', '/v1/keys'])
      expect(await api.get(path)).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    double.thaw();
    await until('ready', async () => (await api.get('/readyz')).status === 200);
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1, leader: { runner: 'a' } });
  });
});

it('a server whose store has frozen stops in good order, long before whoever asked for it loses patience', async () => {
  const { double, server, api } = await served();
  await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
  double.freeze();
  const orders = ['one', 'two'].map((group) => api.put(`/v1/groups/${group}`, {}).catch(() => 'cut off'));
  await until('the store is missed', async () => (await api.get('/readyz')).status === 503);
  const beganMs = performance.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  expect(performance.now() - beganMs).toBeLessThan(9_000); // docker-compose.yml: 10 s
  await Promise.all(orders);
});

it('a server whose process stood still does not say that the log is the one it knew before it has looked', async () => {
  const { double, server, api } = await served();
  expect(await api.get('/v1/log')).toMatchObject({ status: 200, body: { state: 'known' } });
  double.freeze();
  server.child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  server.child.kill('SIGCONT');
  await until('it looks', async () =>
    (await api.get('/readyz')).body.reasons.some((why: string) => why.startsWith('looking whether the log')),
  );
  const reasons = {
    status: 503,
    body: { code: 'not-ready', detail: expect.stringContaining('looking whether') },
  };
  expect(await api.get('/v1/log')).toMatchObject(reasons);
  expect(await api.post('/v1/log/accept', { reason: 'x' })).toMatchObject(reasons);
  double.thaw();
  await until('it has looked', async () => (await api.get('/v1/log')).body.state === 'known');
});
