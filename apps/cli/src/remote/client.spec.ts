import { expect, it, jest } from '@jest/globals';
import type { LeaderReply } from '@conclave/contract';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request, send, type Reach } from './client.js';
import { refusal } from './refusal.js';
import { follow } from '../following/watch.js';
import { linesOf } from './streams.js';

const LEADER = { group: 'g', state: 'leaderless', paused: false, term: 1, leader: null, version: 1 };

it.each([
  [403, 3],
  [409, 3],
  [500, 3],
  [408, 4],
  [503, 4],
  [507, 4],
])('what a server refuses with %d ends a command with %d', (status, exitCode) => {
  expect(refusal(status, { code: 'store-full' })).toMatchObject({
    exitCode,
    details: { code: 'store-full' },
  });
});

it.each([
  ['led', 'r', '"r" leads, term 3'],
  ['handover', 'r', 'handover, "r" holds term 3'],
  ['leaderless', null, 'nobody leads, term 3'],
])('a refusal says how it stands: %s', (state, runner, words) => {
  const current = { state, term: 3, leader: runner && { runner } } as unknown as LeaderReply;
  expect(refusal(409, { code: 'group-in-use', detail: 'stop it', current }).message).toBe(
    `group-in-use: stop it Now: ${words}.`,
  );
});

it('of another log says how to accept it, unless that was done', () => {
  const said = (detail: string) => refusal(503, { code: 'log-replaced', detail }).message;
  const hint = 'conclave log shows it, and accepts it.';
  expect(said('it is another one.')).toContain(hint);
  expect(
    said('it is another one. It was accepted: this server goes on when no lease can be out.'),
  ).not.toContain(hint);
});

it.each([
  ['in a group that changes too fast', 503, 'contended'],
  ['that is read too late', 408, 'request-timeout'],
])('an order %s is sent again, as the same, and told as it was carried out', async (_, status, code) => {
  const keys: unknown[] = [];
  const server = createServer(({ headers }, reply) => {
    const isRefused = keys.push(headers['idempotency-key']) < 3;
    reply.writeHead(isRefused ? status : 200, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(isRefused ? { code, detail: 'x' } : { changed: false }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await send({ url }, 'PUT', '/v1/groups/g/pause')).toEqual({ changed: false });
  expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  server.closeAllConnections();
  server.close();
});

it('what is old is told with why, as the server that said it has it, whatever another one says', async () => {
  const servers = ['its own reason', 'the reason of another'].map((reason) =>
    createServer(({ url: path }, reply) => {
      const isReady = path === '/readyz';
      reply.writeHead(isReady ? 503 : 200, {
        'content-type': 'application/json',
        'x-conclave-stale-ms': '3000',
      });
      reply.end(JSON.stringify(isReady ? { reasons: ['deaf for 3 s', reason] } : LEADER));
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map(async (server) => once(server, 'listening')));
  const url = servers.map((one) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`).join(',');
  const told = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    expect(await request({ url }, 'GET', '/v1/groups/g/leader')).toEqual(LEADER);
    expect(told.mock.calls.map(([line]) => line)).toEqual([
      'warning: this server has heard nothing from its store for 3.0 s; what it says may be old: its own reason',
    ]);
  } finally {
    told.mockRestore();
    for (const server of servers) server.close().closeAllConnections();
  }
});

it('a server that cannot say what comes of an order is told as the older one that it is', async () => {
  const server = createServer((_, reply) => {
    reply.writeHead(400, { 'content-type': 'application/json' });
    reply.end(JSON.stringify({ code: 'invalid-request', detail: '/: Unrecognized key: "dryRun"' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(send({ url, dryRun: true }, 'POST', '/v1/groups/g/runners/r/resign')).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('older release'),
    details: { code: 'invalid-request' },
  });
  server.closeAllConnections();
  server.close();
});

/** Each way in which a command reads what it is answered. */
const ask = {
  request: async (reach: Reach) => request(reach, 'GET', '/v1/groups/g/leader'),
  lines: async (reach: Reach) => linesOf(reach, '/v1/verify').next(),
  watch: async (reach: Reach) => follow(reach, '/v1/watch').next(),
};

it.each([
  [200, '{}', 'request'],
  [200, 'null', 'request'],
  [404, '{"error":"x"}', 'request'],
  [502, '{"error":"x"}', 'request'],
  [200, '{}', 'lines'],
  [200, '{}', 'watch'],
] as const)('what answers %d with the JSON %s is no Conclave: %s', async (status, body, how) => {
  const server = createServer((_, reply) => {
    reply.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reach = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  await expect(ask[how](reach)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringMatching(
      new RegExp(
        `is no Conclave: it answered ${status}.* --url, CONCLAVE_URL or the config file name another`,
      ),
    ),
  });
  server.closeAllConnections();
  server.close();
});

it.each([
  ['request', 'application/json', '{"leader":"'],
  ['lines', 'application/x-ndjson', ''],
  ['watch', 'text/event-stream', 'data: '],
] as const)('what never ends is no answer of a Conclave: %s', async (how, type, begin) => {
  const piece = Buffer.alloc(2 ** 20, 'a');
  const server = createServer((_, reply) => {
    reply.writeHead(200, { 'content-type': type }).write(begin);
    const go = (): void => void (reply.destroyed || reply.write(piece, go));
    go();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reach = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  await expect(ask[how](reach)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('is no Conclave: it answered 200 with more than 256 MiB in one piece'),
  });
  server.closeAllConnections();
  server.close();
});
