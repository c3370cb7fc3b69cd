import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@conclave/processes';
import { Arrivals } from './places/arrivals.js';
import { configFrom } from '../../environment/config.js';
import { clientErrors } from '../edge/framework-errors.js';
import { guardConnections } from './guard-connections.js';
import { Unread } from './unread.js';

const { limits } = configFrom({});
let server: Server;
let asked: ServerResponse[];
let sockets: Socket[];
beforeEach(async () => {
  [asked, sockets] = [[], []];
  server = createServer((_, reply) => void asked.push(reply));
  guardConnections(server, limits, new Unread(), new Arrivals(), () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function ask(requests: number): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket.on('error', () => undefined).resume());
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(requests));
  return socket;
}

it('of requests that wait behind others of their connections there are a thousand, whoever asks; the next is cut off, and others are not', async () => {
  for (let n = 0; n < 142; n++) await ask(8); // 7 wait behind the first: 994
  await until('all were read', () => asked.length === 142 * 8);
  await ask(7);
  await until('a thousand wait', () => asked.length === 142 * 8 + 7);
  const more = await ask(2);
  await once(more, 'close');
  const alone = await ask(1); // who waits for his answers is answered
  await until('it is asked', () => asked.length === 142 * 8 + 7 + 2);
  for (const reply of asked) reply.end();
  await until('nobody waits', () => asked.every(({ destroyed }) => destroyed));
  await ask(8);
  await until('they are taken again', () => asked.length === 142 * 8 + 7 + 2 + 8);
  expect(alone.destroyed).toBe(false);
});

it('a connection with more requests under way than it may have is cut off', async () => {
  const socket = await ask(limits.pipelined + 1);
  await once(socket, 'close');
  expect(asked).toHaveLength(limits.pipelined);
});

it('an answer behind another one hears that its connection is closed, also where Node does not tell it', async () => {
  // of a connection that is not Node's own: whatever such an answer hears, it hears from here
  const request = new IncomingMessage(new Socket());
  const [first, second] = [new ServerResponse(request), new ServerResponse(request)];
  const heard: string[] = [];
  second.on('close', () => heard.push('close'));
  for (const reply of [first, second]) server.emit('request', request, reply);
  request.socket.destroy();
  await until('it is told', () => heard.length > 0);
  expect({ heard, destroyed: second.destroyed, closed: second.closed }).toEqual({
    heard: ['close'],
    destroyed: true,
    closed: true,
  });
});

it('what does not come as a whole in time is told so, as it may be sent again: a server that stood still reads late', async () => {
  const late = createServer({ connectionsCheckingInterval: 20 }, () => undefined).on(
    'clientError',
    clientErrors,
  );
  guardConnections(late, { ...limits, bodyTimeoutMs: 50 }, new Unread(), new Arrivals(), () => undefined);
  await once(late.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((late.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  sockets.push(socket);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
  const said = (await socket.toArray()).join('');
  late.close();
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect(JSON.parse(said.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'request-timeout', status: 408 });
});
