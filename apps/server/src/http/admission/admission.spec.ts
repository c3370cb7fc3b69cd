import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { Audience } from '@conclave/access';
import type { Node } from '@conclave/node';
import { until } from '@conclave/testing';
import { DEFAULT_LIMITS } from '../../environment/limits.js';
import { Admission, guardAdmission } from './admission.js';

const admission = new Admission({ groups: new Map() } as unknown as Node, DEFAULT_LIMITS);
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
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => app.close());

const port = () => (app.server.address() as AddressInfo).port;

it('whoever leaves while he is asked who he is holds nothing', async () => {
  for (const path of ['/v1/groups/g/verify', '/v1/watch']) {
    const socket = connect(port(), '127.0.0.1');
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
