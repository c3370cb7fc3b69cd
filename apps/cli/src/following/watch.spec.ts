import { afterAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { follow } from './watch.js';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Streams that begin with these messages, and go on. */
async function telling(text: string, asked: (string | undefined)[], kids = ['k']): Promise<string> {
  const server = createServer((request, response) => {
    const keys = kids.map((kid) => ({ kid }));
    if (request.url === '/v1/keys') return response.end(JSON.stringify({ keys, signing: 'k', revoked: [] }));
    asked.push(request.headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const message = (event: string, data: object, id = ''): string =>
  `${id && `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

it('a server that hears nothing from its store is left for another one, which goes on from there', async () => {
  const asked: (string | undefined)[] = [];
  const late = message('synced', {}, '7') + message('stale', { staleMs: 12_000 });
  const urls = [await telling(late, asked), await telling(late, asked)];
  const events: string[] = [];
  for await (const { event } of follow({ url: urls.join() }, '/v1/watch'))
    if (events.push(event) === 3) break;
  expect([events, asked]).toEqual([
    ['synced', 'stale', 'synced'],
    [undefined, '7'],
  ]);
});

it('the only one is not', async () => {
  const asked: (string | undefined)[] = [];
  const late = message('stale', { staleMs: 12_000 }) + message('stale', { staleMs: 0 });
  const events: string[] = [];
  for await (const { event } of follow({ url: await telling(late, asked) }, '/v1/watch'))
    if (events.push(event) === 2) break;
  expect([events, asked]).toEqual([['stale', 'stale'], [undefined]]);
});

it('of another log all is told anew, also where it is longer', async () => {
  const asked: (string | undefined)[] = [];
  const cut = message('synced', {}, '7') + message('stale', { staleMs: 12_000 });
  const urls = [await telling(cut, asked), await telling(cut, asked, ['other'])];
  let count = 0;
  for await (const _ of follow({ url: urls.join() }, '/v1/watch')) if (++count === 3) break;
  expect(asked).toEqual([undefined, undefined]);
});
