import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { targetOf, type Endpoint } from './connection-string.js';
import { Connections } from './connections.js';
import { isRepeatable, NoAnswer } from './failures.js';
import type { Topology } from './topology.js';

const target = targetOf('esdb://a,b?tls=false', { intervalMs: 3_000, timeoutMs: 3_000 });
const sockets: Socket[] = [];
const servers: Server[] = [];
const listening = async (join: (client: Socket) => void): Promise<Endpoint> => {
  const server = createServer({ pauseOnConnect: true }, (client) => {
    sockets.push(client);
    join(client.on('error', () => undefined));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
};
/** What any node says first; nothing is asked of it here. */
const http2 = createHttp2();
/** Each connection to it says nothing for so long. */
const node = async (silentMs = 0): Promise<Endpoint> =>
  listening((client) => {
    setTimeout(() => http2.emit('connection', client), silentMs).unref();
  });
let [a, b]: Endpoint[] = [];
let leader: Endpoint;
let connections: Connections;
beforeAll(async () => {
  [a, b] = [await node(), await node()];
});
beforeEach(() => {
  leader = a!;
  connections = new Connections(target, { leader: async () => leader } as Topology);
});
afterEach(() => {
  jest.restoreAllMocks();
  connections.close();
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});
/** A call that is never answered; resolves with what became of it. */
const waiting = () => {
  const outcome: { error?: Error } = {};
  void connections
    .call(async () => new Promise(() => undefined))
    .catch((error: Error) => {
      outcome.error = error;
    });
  return outcome;
};
const fails = async () =>
  connections
    .call(async () => {
      throw new NoAnswer('no answer within 2500 ms');
    })
    .catch(() => undefined);
const asked = async () => connections.call(async ({ endpoint }) => endpoint);

it('who waits at a node that leads no more is sent to the one that does, as soon as anybody knows it', async () => {
  await asked();
  const first = waiting();
  await fails();
  await asked();
  const second = waiting(); // the others still think that it leads
  leader = b!;
  await fails();
  expect(await asked()).toEqual(b);
  for (const { error } of [first, second]) {
    expect(error?.message).toBe(`127.0.0.1:${b!.port} leads now, not 127.0.0.1:${a!.port}`);
    expect(isRepeatable(error)).toBe(true);
  }
});

it('whoever waits at the leader goes on waiting, also if a connection to it was given up', async () => {
  await asked();
  const first = waiting();
  await fails();
  expect(await asked()).toEqual(a);
  expect(first.error).toBeUndefined();
});

it('a leader that always takes long to connect is waited for, in all: nothing is begun anew each time', async () => {
  leader = await node(2_700);
  const before = sockets.length;
  let checks = 0;
  connections.check = async () => void checks++;
  const write = async () => connections.call(async ({ endpoint }) => endpoint, true);
  await expect(write()).rejects.toThrow('no connection within 2500 ms');
  expect(checks).toBe(0);
  expect(await write()).toEqual(leader);
  expect((await connections.subscriber().catch(async () => connections.subscriber())).endpoint).toEqual(
    leader,
  );
  expect(checks).toBe(1);
  expect(sockets.length - before).toBeLessThanOrEqual(4);
});

it('a leader that is not there any more is not waited for: who leads is looked up meanwhile', async () => {
  leader = await listening(() => undefined);
  const call = asked();
  leader = b!;
  expect(await call).toEqual(b);
});

it('one that refuses is not tried by each who asks: they are told the same for a moment', async () => {
  leader = await listening((client) => client.destroy());
  const before = sockets.length;
  for (let n = 0; n < 50; n++) await expect(asked()).rejects.toThrow(/UNAVAILABLE/);
  expect(sockets.length - before).toBeLessThanOrEqual(4); // gRPC repeats it once, and TLS is tried
});

it('of several nodes the one is named that does not let a subscription in, not that which was asked who leads', async () => {
  leader = await listening((client) => client.destroy());
  const refused = { node: `127.0.0.1:${leader.port}` };
  await expect(connections.subscriber()).rejects.toMatchObject(refused);
  await expect(asked()).rejects.toMatchObject(refused);
});

it('one that takes long to refuse is forgotten at once: no timer is set to a time that is over', async () => {
  leader = await listening((client) => void setTimeout(() => client.destroy(), 700).unref());
  const timers = jest.spyOn(globalThis, 'setTimeout');
  await expect(asked()).rejects.toThrow();
  await expect(asked()).rejects.toThrow(/UNAVAILABLE/);
  expect(timers.mock.calls.filter(([, ms]) => ms! < 0)).toEqual([]); // Node warns of each in the log
});
