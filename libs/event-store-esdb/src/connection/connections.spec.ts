import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { targetOf, type Endpoint, type Target } from './connection-string.js';
import { Connections } from './connections.js';
import { isRepeatable, NoAnswer } from './failures.js';
import { Line } from './line.js';
import type { Topology } from './topology.js';

const target = targetOf('esdb://a,b?tls=false', { intervalMs: 3_000, timeoutMs: 3_000 });
const at = (host: string): Endpoint => ({ host, port: 2113 });
let leader: Endpoint;
let connections: Connections;
beforeEach(async () => {
  leader = at('a');
  connections = new Connections(target, { leader: async () => leader } as Topology);
  await connections.call(async () => undefined);
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
const asked = async () => connections.call(async ({ endpoint }) => endpoint.host);

it('who waits at a node that leads no more is sent to the one that does, as soon as anybody knows it', async () => {
  const first = waiting();
  await fails();
  const second = waiting(); // the others still think that it leads
  leader = at('b');
  await fails();
  expect(await asked()).toBe('b');
  for (const { error } of [first, second]) {
    expect(error?.message).toBe('b:2113 leads now, not a:2113');
    expect(isRepeatable(error)).toBe(true);
  }
});

it('whoever waits at the leader goes on waiting, also if a connection to it was given up', async () => {
  const first = waiting();
  await fails();
  expect(await asked()).toBe('a');
  expect(first.error).toBeUndefined();
});

const held: Socket[] = [];
const silent = createServer((socket) => void held.push(socket));
beforeAll(async () => once(silent.listen(0, '127.0.0.1'), 'listening'));
const lineToSilent = (to: Target) =>
  new Line({ host: '127.0.0.1', port: (silent.address() as AddressInfo).port }, to);
afterAll(() => {
  for (const socket of held) socket.destroy();
  silent.close();
});

it('what is to be written waits for a connection that is not made once, not again for what is asked on it', async () => {
  const line = lineToSilent(target);
  let checks = 0;
  const trusted = line.trust(async () => void checks++);
  await expect(trusted).rejects.toThrow('no connection within 2500 ms');
  expect(checks).toBe(0);
  line.retire();
});

it('to a single node, which there is no other for, it goes on waiting for the same connection with what is asked', async () => {
  const line = lineToSilent(targetOf('esdb://a?tls=false', { intervalMs: 3_000, timeoutMs: 3_000 }));
  let checks = 0;
  await line.trust(async () => void checks++);
  expect(checks).toBe(1);
  line.retire();
});
