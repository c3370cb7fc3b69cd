import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';
import { bearer, Tokens } from './tokens.fixture.js';

const tokens = new Tokens();
let server: ServerProcess;
let [eve, ci, boss] = ['', '', ''];
beforeAll(async () => {
  eve = await tokens.make('eve', 'auditor');
  ci = await tokens.make('ci', 'runner');
  boss = await tokens.make('boss', 'admin');
  server = await ServerProcess.start({ CONCLAVE_TOKENS: tokens.file, CONCLAVE_LOG_LEVEL: 'info' });
});
afterAll(async () => {
  await server.kill('SIGTERM');
  tokens.remove();
});

it('with authentication on, the log says who read what of the record, and not what was asked', async () => {
  const api = new Api(server.url);
  await api.put('/v1/groups/g/runners/a', { incarnation: inc('a') }, bearer(ci));
  const as = bearer(eve);
  expect((await api.get('/v1/groups/g/history?actor=somebody', as)).status).toBe(200);
  expect((await api.get('/v1/groups/none/history', as)).status).toBe(404);
  expect((await api.get('/v1/groups/g/leader', as)).status).toBe(200);
  expect((await api.get('/v1/groups/g/history', bearer(ci))).status).toBe(403);
  const reads = await until('both are told', () => {
    const lines = server.stderr.split('\n').filter((line) => line.includes('record read'));
    return lines.length >= 3 && lines.map((line) => JSON.parse(line) as object);
  });
  const by = { by: 'eve', auth: { kind: 'token' }, route: '/v1/groups/:g/history' };
  expect(reads).toMatchObject([
    { ...by, group: 'g', status: 200 },
    { ...by, group: 'none', status: 404 },
    { ...by, by: 'ci', group: 'g', status: 403 },
  ]);
  expect(reads).toHaveLength(3);
  expect(server.stderr).not.toContain('somebody');
});

it('also of who goes before the end of the answer, and of who watches every event', async () => {
  for (const path of ['/v1/groups/g/history?follow=true', '/v1/watch?events=true', '/v1/watch']) {
    const gone = new AbortController();
    const { body } = await fetch(server.url + path, { headers: bearer(eve), signal: gone.signal });
    await body!.getReader().read();
    gone.abort();
  }
  const routes = () =>
    server.stderr
      .split('\n')
      .filter((line) => line.includes('record read'))
      .map((line) => (JSON.parse(line) as { route: string }).route)
      .slice(3);
  await until('both are told', () => routes().length >= 2);
  expect(routes()).toEqual(['/v1/groups/:g/history', '/v1/watch']);
});

it('also who had a notice sent by hand, or tried to', async () => {
  const api = new Api(server.url);
  expect((await api.post('/v1/webhooks/none/test', {}, bearer(boss))).status).toBe(404);
  expect((await api.post('/v1/webhooks/none/redeliver', { id: 'x' }, bearer(eve))).status).toBe(403);
  const sent = await until('both are told', () => {
    const lines = server.stderr.split('\n').filter((line) => line.includes('notice sent by hand'));
    return lines.length >= 2 && lines.map((line) => JSON.parse(line) as object);
  });
  const of = { auth: { kind: 'token' }, webhook: 'none' };
  expect(sent).toMatchObject([
    { ...of, by: 'boss', route: '/v1/webhooks/:name/test', status: 404 },
    { ...of, by: 'eve', route: '/v1/webhooks/:name/redeliver', status: 403 },
  ]);
});

it('also who was not allowed to give an order; not a runner that speaks for another, each time that it beats', async () => {
  const api = new Api(server.url);
  expect((await api.put('/v1/groups/g/pause', { reason: 'x' }, bearer(eve))).status).toBe(403);
  const beat = { incarnation: inc('a'), sequence: 1 };
  expect((await api.post('/v1/groups/g/runners/a/heartbeat', beat, bearer(eve))).status).toBe(403);
  expect((await api.put('/v1/groups/g/pause', { reason: 'x' }, bearer(boss))).status).toBe(201);
  expect((await api.delete('/v1/groups/g/pause', bearer(eve))).status).toBe(403);
  const told = await until('both are told', () => {
    const lines = server.stderr.split('\n').filter((line) => line.includes('order not allowed'));
    return lines.length >= 2 && lines.map((line) => JSON.parse(line) as object);
  });
  const by = { by: 'eve', auth: { kind: 'token' }, group: 'g', route: '/v1/groups/:g/pause', status: 403 };
  expect(told).toMatchObject([by, by]);
  expect(told).toHaveLength(2);
});

it('whoever is locked out hears no more of what he follows, and is not elected over the stream of a runner', async () => {
  const [tmp, token] = [await tokens.make('tmp', 'auditor'), await tokens.make('x', 'runner')];
  const query = `?incarnation=${inc('a')}`;
  const opened = await Promise.all([
    fetch(`${server.url}/v1/groups/g/history?follow=true`, { headers: bearer(tmp) }),
    fetch(`${server.url}/v1/groups/g/runners/a/session${query}`, { headers: bearer(token) }),
  ]);
  const api = new Api(server.url);
  await api.put('/v1/groups/h', { leaseMs: 3_000 }, bearer(boss));
  const polled = fetch(`${server.url}/v1/groups/h/leader?waitMs=60000&afterTerm=0`, { headers: bearer(tmp) });
  const ends = opened.map(async ({ status, body }) => {
    expect(status).toBe(200);
    for await (const _ of body!); // until the server ends it
  });
  await tokens.revoke('tmp');
  await tokens.revoke('x');
  await Promise.all(ends);
  const beat = { incarnation: inc('a'), sequence: 1 };
  await api.put('/v1/groups/h/runners/a', { incarnation: inc('a') }, bearer(ci));
  await api.post('/v1/groups/h/runners/a/heartbeat', beat, bearer(ci)); // elected: the news that it waits for
  expect((await polled).status).toBe(401);
});
