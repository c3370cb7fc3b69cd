import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { leading, Script, work } from './scripted-conclave.fixture.js';

// One of two addresses is no Conclave, or none that can be understood: the runner goes to the other.

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const problem = (response: ServerResponse, status: number, code: string) =>
  json(response, status, { type: `/docs/problems#${code}`, code });
let script: Script;
let other: Server;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  script = new Script();
  await script.listen();
  script.answer = leading();
  other = createServer((_, response) => answer(response));
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  script.close();
  other.closeAllConnections();
  other.close();
});

it.each<[string, (response: ServerResponse) => void]>([
  [
    'a page instead of an answer',
    (r) => r.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>'),
  ],
  [
    'a page that says 200',
    (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>'),
  ],
  ['the way to somewhere else', (r) => r.writeHead(308, { location: 'http://127.0.0.1:1/' }).end()],
  ['an empty 500', (r) => r.writeHead(500).end()],
  [
    'a 404 of somebody else',
    (r) => r.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no such route"}'),
  ],
  ['a 200 of somebody else', (r) => json(r, 200, { status: 'ok' })],
  ['a beat without a heartbeat', (r) => json(r, 200, { role: 'leader', term: 1, leaseMs: 1_000 })],
  ['nothing that is an object', (r) => json(r, 200, null)],
  ['a gateway that wants a password', (r) => json(r, 401, { code: 'unauthorized', message: 'log in' })],
  ['a Conclave that does not know its token', (r) => problem(r, 401, 'unauthenticated')],
  ['a Conclave that lets it do nothing', (r) => problem(r, 403, 'forbidden')],
  ['a Conclave that is not called so', (r) => problem(r, 421, 'host-unknown')],
  ['a Conclave that is full', (r) => problem(r, 409, 'limit-reached')],
  ['too many requests, says a gateway', (r) => json(r, 429, { code: 429 })],
  [
    'an answer that breaks off',
    (r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"role":'),
  ],
  [
    'an answer that never ends',
    (r) => r.writeHead(200, { 'content-type': 'application/json' }).write('{"role":'),
  ],
  ['a connection that is closed', (r) => r.destroy()],
])('leaves an address that answers with %s', async (_, says) => {
  answer = says;
  const bad = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const runner = new Runner({ url: [bad, script.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads', () => runner.status === 'leading');
  await runner.stop();
});

it('leaves an address that speaks no TLS, or TLS that cannot be trusted', async () => {
  answer = (r) => r.destroy();
  const bad = `https://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const runner = new Runner({ url: [bad, script.url], group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads', () => runner.status === 'leading');
  await runner.stop();
});

it.each(['the registration', 'a beat', 'the resignation'])(
  'stops within two seconds behind a server that freezes at %s',
  async (at) => {
    if (at === 'the registration') script.freezesAt = 'PUT';
    const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
    void runner.lead(work([]));
    if (at === 'the registration') await until('it is asked', () => script.registrations > 0);
    else await until('it leads', () => runner.status === 'leading');
    if (at === 'a beat') {
      const { length } = script.beats;
      script.answer = () => 'hang';
      await until('it beats', () => script.beats.length > length);
    }
    script.onResign = async () => new Promise(() => undefined);
    const beganMs = performance.now();
    await runner.stop();
    expect(performance.now() - beganMs).toBeLessThan(2_000 + 3_000); // a noisy machine stands still for seconds
  },
);

it('a refusal to hear a resignation is none: it is said again', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads', () => runner.status === 'leading');
  let tries = 0;
  script.onResign = async () => {
    if (++tries < 3) throw new Error('not now');
  };
  await runner.stop();
  expect([tries, script.resigned]).toEqual([3, ['away']]);
});
