import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { Audience } from '@conclave/access';
import type { Node } from '@conclave/node';
import { until } from '@conclave/processes';
import { configFrom } from '../../environment/config.js';
import { Admission } from './admission.js';
import { guardAdmission } from './guard-admission.js';
import { BODY_LIMIT, SMALL_BODY_BYTES } from './bodies.js';
import { heapLimit } from '../../environment/memory.js';

const admission = new Admission({ groups: new Map() } as unknown as Node, configFrom({}).limits);
const asked: string[] = [];
const answered: string[] = [];
const app = fastify({ forceCloseConnections: true });
const of = (audience: Audience) => ({ config: { rule: { audience, scope: 'some' } } as never });

beforeAll(async () => {
  // whoever leaves is still being asked who he is: the keys of an issuer may take seconds
  app.addHook('onRequest', ({ url, headers }, reply, done) => {
    asked.push(url);
    if (headers.leaves) reply.raw.once('close', () => setImmediate(done));
    else done();
  });
  guardAdmission(app, admission);
  for (const [url, audience] of [
    ['/v1/groups/:g/verify', 'auditors'],
    ['/v1/watch', 'consumers'],
    ['/v1/backup', 'admins'],
  ] as const)
    app.get(url, of(audience), (request, reply) => {
      answered.push(request.url);
      if (request.url.startsWith('/v1/backup')) void reply.send(admission.counts);
    });
  app.get('/v1/groups', of('consumers'), (_request, reply) => reply.send({}));
  app.get('/v1/groups/:g/leader', of('consumers'), (_request, reply) => reply.send({}));
  app.get('/docs', of('operations'), () => undefined); // never answered
  app.get('/healthz', of('operations'), (_request, reply) => reply.send({}));
  app.post('/v1/groups/:g/what', of('consumers'), (_request, reply) => reply.send({}));
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => app.close());

const port = () => (app.server.address() as AddressInfo).port;
const dial = () => connect(port(), '127.0.0.1').on('error', () => undefined); // refused in the middle of a body

it('whoever leaves while he is asked who he is holds nothing', async () => {
  for (const path of ['/v1/groups/g/verify', '/v1/watch']) {
    const socket = dial();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nleaves: yes\r\n\r\n`);
    await until('it is asked', () => asked.includes(path));
    socket.destroy();
  }
  await until('both have gone', async () => {
    const count = await new Promise<number>((done) => app.server.getConnections((_, n) => done(n)));
    return count === 0;
  });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(answered).toEqual([]);
  expect(admission.counts).toMatchObject({ audits: { running: 0 }, streams: 0 });
});

it('what is heavy is counted as such, whatever is asked beside', async () => {
  const response = await fetch(`http://127.0.0.1:${port()}/v1/backup?follow=true`);
  expect(await response.json()).toMatchObject({ audits: { running: 1 }, streams: 0 });
});

it('a client that begins many bodies and sends none is refused, small ones come in, and all is given back', async () => {
  const most = Math.floor(Math.max(heapLimit() / 64, 2 * BODY_LIMIT));
  const sizes = Array.from({ length: Math.floor(most / BODY_LIMIT) }, () => BODY_LIMIT);
  if (most % BODY_LIMIT > SMALL_BODY_BYTES) sizes.push(most % BODY_LIMIT); // nor is there room for a piece
  const answers: string[] = [];
  const ask = (bytes: number | null, body = '') => {
    const length = bytes === null ? 'transfer-encoding: chunked' : `content-length: ${bytes}`;
    const socket = dial();
    socket.on('data', (chunk: Buffer) => answers.push(chunk.toString().slice(9, 12)));
    socket.write(
      `POST /v1/groups/g/what HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n${body}`,
    );
    return socket;
  };
  const slow = sizes.map((bytes) => ask(bytes));
  await until('all are asked', () => asked.filter((url) => url.endsWith('/what')).length === slow.length);
  const piece = (bytes: number) => `${bytes.toString(16)}\r\n${JSON.stringify('x'.repeat(bytes - 2))}\r\n`;
  const more = [ask(BODY_LIMIT), ask(null, piece(SMALL_BODY_BYTES + 1))];
  await until('they are refused', () => answers.length === 2);
  expect(answers.sort()).toEqual(['400', '503']); // of what comes in pieces Nest's filter makes 503, too
  more.push(ask(null, '1\r\n \r\n'.repeat(20_001)));
  await until('so many are refused', () => answers.length === 3);
  expect(answers.pop()).toBe('400');
  more.push(ask(2, '{}'), ask(null, `${piece(SMALL_BODY_BYTES)}0\r\n\r\n`));
  await until('they are answered', () => answers.length === 4);
  expect(answers.slice(2)).toEqual(['200', '200']);
  for (const socket of slow) socket.destroy();
  await until('it is given back', () => admission.counts.bodies === 0);
  more.push(ask(SMALL_BODY_BYTES + 1, JSON.stringify({ a: 'x'.repeat(SMALL_BODY_BYTES - 7) })));
  await until('it is answered', () => answers.length === 5);
  expect(answers[4]).toBe('200');
  for (const socket of more) socket.destroy();
});

it('while very much waits to be taken who leaves it is answered no more at length; who asks for a few bytes is', async () => {
  const { unread } = admission;
  unread.count = () => undefined;
  const statuses = async (parts: number, own: number): Promise<number[]> => {
    unread.bytes = parts * heapLimit();
    unread.of = () => own;
    const paths = ['/v1/groups', '/v1/groups/g/leader', '/healthz'];
    return Promise.all(paths.map(async (path) => (await fetch(`http://127.0.0.1:${port()}${path}`)).status));
  };
  expect(await statuses(1 / 4, 2_000_000)).toEqual([200, 200, 200]);
  expect(await statuses(0.26, 2_000_000)).toEqual([503, 200, 200]);
  expect(await statuses(0.26, 500_000)).toEqual([200, 200, 200]); // what others leave is not his
  expect(await statuses(0.38, 0)).toEqual([503, 200, 200]);
  expect(await statuses(0.15, heapLimit() * 0.13)).toEqual([503, 200, 200]);
  expect(await statuses(0, 0)).toEqual([200, 200, 200]);
});

it('a client has only so many documents under way, and takes nothing else from anybody with them', async () => {
  const sockets = Array.from({ length: 513 }, dial);
  const answers: string[] = [];
  for (const socket of sockets) {
    socket.on('data', (chunk: Buffer) => answers.push(chunk.toString()));
    socket.write('GET /docs HTTP/1.1\r\nhost: x\r\n\r\n');
  }
  await until('one is refused', () => answers.length > 0);
  expect(answers).toEqual([expect.stringMatching(/^HTTP\/1.1 503 [^]*too many ask for that/)]);
  expect(admission.counts.audits).toEqual({ running: 0, waiting: 0 });
  expect((await fetch(`http://127.0.0.1:${port()}/v1/groups`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
