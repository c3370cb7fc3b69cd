import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LeaderNews } from './leader-news.js';

it('asks a server that refuses on the connection that there is', async () => {
  const server = createServer((_request, response) => response.writeHead(503).end('{}'));
  let connections = 0;
  server.on('connection', () => connections++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const following = new LeaderNews({ url }, 'g').follow(stop.signal);
  for (let n = 0; n < 2; n++) await once(server, 'request');
  stop.abort();
  await following;
  expect(connections).toBe(1);
  server.closeAllConnections();
  server.close();
});
