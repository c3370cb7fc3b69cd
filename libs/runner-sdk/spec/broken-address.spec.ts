import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/testing';
import { leading, Script, work } from './scripted-conclave.fixture.js';

// One of two addresses is no Conclave, or none that can be understood: the runner goes to the other.

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
  ['an empty 500', (r) => r.writeHead(500).end()],
  [
    'a 404 of somebody else',
    (r) => r.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no such route"}'),
  ],
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

it('a refusal to hear a resignation is none: it is said again', async () => {
  const runner = new Runner({ url: script.url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads', () => runner.status === 'leading');
  let tries = 0;
  script.onResign = async () => {
    if (++tries < 3) throw new Error('not now');
  };
  await runner.stop();
  expect(script.resigned).toEqual([1]);
});
