import { afterEach, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { until } from '@conclave/processes';
import { SseStream } from './sse-stream.js';

let server: Server;
let clients: Socket[] = [];
afterEach(() => {
  for (const client of clients) client.destroy();
  clients = [];
  server.close();
});

/** A stream to a client that reads until it is told to stop. */
async function opened(): Promise<{ stream: SseStream; client: Socket; closed: () => boolean }> {
  let stream: SseStream | undefined;
  let isClosed = false;
  server = createServer((_request, raw) => {
    const reply = { raw, hijack: () => undefined, getHeaders: () => ({}), request: { id: 'x' } };
    stream = new SseStream(reply as unknown as FastifyReply, () => (isClosed = true));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  clients.push(client);
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('it is open', () => stream !== undefined);
  return { stream: stream!, client, closed: () => isClosed };
}
const message = (size: number) => ({ event: 'e', data: {}, id: '1', json: `"${'x'.repeat(size)}"` });

it('what waits for clients that read nothing is bounded by what it holds, not only by how many messages there are', async () => {
  const { stream, client, closed } = await opened();
  client.pause();
  const mostMb = getHeapStatistics().heap_size_limit / 16 / 1e6;
  let sent = 0;
  while (!closed() && sent < 2 * mostMb) {
    void stream.send([message(1_000_000)]);
    sent++;
    await new Promise(setImmediate);
  }
  expect(sent).toBeLessThan(mostMb + 20);
  const next = await opened(); // and nothing is left of it that would count for others
  next.client.pause();
  for (let n = 0; n < mostMb / 2; n++) void next.stream.send([message(1_000_000)]);
  expect(next.closed()).toBe(false);
});

it('a client that reads gets all of it, in order', async () => {
  const { stream, client, closed } = await opened();
  let length = 0;
  client.on('data', (chunk: Buffer) => (length += chunk.length));
  client.pause();
  for (let n = 0; n < 100; n++) void stream.send([message(100_000)]);
  client.resume();
  await until('all is there', () => length > 100 * 100_000);
  expect(closed()).toBe(false);
});
