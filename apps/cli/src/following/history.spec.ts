import { afterAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followed } from './history.js';

const asked: string[] = [];
const servers: Server[] = [];
/** Tells one event, and nothing more; the first request is answered, later ones are taken and never answered. */
async function silent(name: string): Promise<string> {
  let isFirst = true;
  const server = createServer((request, response) => {
    if (request.url === '/v1/keys') return response.end('{"keys":[],"signing":"k","revoked":[]}');
    const event = (version: number) => JSON.stringify({ version, position: '1', meta: { hash: 'h' } });
    const { searchParams: query } = new URL(request.url!, 'http://x');
    if (query.has('atLeast')) {
      const page = `{"events":[${event(Number(query.get('to')))}],"next":null,"version":9,"position":"1","sealed":null}`;
      return response.writeHead(200, { 'content-type': 'application/json' }).end(page);
    }
    asked.push(`${name} ${query.get('from')}`);
    if (isFirst) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    if (isFirst) response.write(`${event(servers.indexOf(server) + 1)}\n`);
    isFirst = false;
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  delete process.env.CONCLAVE_TIMEOUT_MS;
});

it('a server that says nothing any more is left for the next one, and not asked a second time before', async () => {
  process.env.CONCLAVE_TIMEOUT_MS = '300';
  const url = `${await silent('a')},${await silent('b')}`;
  const versions: number[] = [];
  for await (const { version } of followed({ url }, (from) => `/v1/groups/g/history?from=${from}`, 1)) {
    versions.push(version);
    if (version === 2) break;
  }
  expect(versions).toEqual([1, 2]);
  expect(asked).toEqual(['a 1', 'b 2']);
});
