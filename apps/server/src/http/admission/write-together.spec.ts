import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type AddressInfo } from 'node:net';
import fastify from 'fastify';
import { writeTogether } from './write-together.js';

const failures: unknown[] = [];
const order: string[] = [];
const app = fastify({ forceCloseConnections: true });
beforeAll(async () => {
  writeTogether(app, (error) => failures.push(error));
  app.addHook('onSend', ({ url }, _reply, payload, done) => {
    order.push(`written ${url}`);
    done(null, payload);
  });
  app.get('/:name', (request, reply) => {
    order.push(`answered ${request.url}`);
    if (request.url === '/broken')
      reply.raw.writeHead = () => {
        throw new Error('no head');
      };
    void reply.send({ url: request.url });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => app.close());

const get = async (path: string): Promise<number | string> => {
  const { port } = app.server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}${path}`).then(
    async (response) => response.text(),
    () => 'cut off',
  );
};

it('an answer that cannot be written is cut off and told; the others of that turn are written', async () => {
  const told = await Promise.all(['/a', '/broken', '/b', '/c'].map(get));
  expect(told).toEqual(['{"url":"/a"}', 'cut off', '{"url":"/b"}', '{"url":"/c"}']);
  expect(failures).toEqual([expect.objectContaining({ message: 'no head' })]);
});

it('what is answered in one turn is written at its end', async () => {
  order.length = 0;
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  // one piece: both are read in one turn
  socket.write(['/1', '/2'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
  let said = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    said += chunk as string;
    if (said.includes('"/2"')) break;
  }
  socket.destroy();
  expect(order).toEqual(['answered /1', 'answered /2', 'written /1', 'written /2']);
});
