import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { Runner } from '@conclave/runner-sdk';
import { until } from '@conclave/processes';
import { Script, work } from '../scripted-conclave.fixture.js';

// With TLS a connection takes two ways there and back, which over a slow network is longer than an answer is waited for.

let script: Script;
let servers: Server[];
let folder: string;
beforeEach(async () => {
  script = new Script();
  await script.listen();
  servers = [];
  folder = mkdtempSync(join(tmpdir(), 'conclave-slow-'));
});
afterEach(() => {
  script.close();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}
const passOn = (from: Socket, to: Socket, pass = (act: () => void): unknown => act()): void => {
  from.on('data', (piece) => void pass(() => to.write(piece)));
  from.on('error', () => undefined).on('close', () => to.destroy());
};

/** All that goes through it takes so long each way, as does the first answer of TCP, which a kernel gives here at once. */
const slowTo = async (port: number, eachWayMs: number): Promise<number> =>
  listening(
    createServer((client) => {
      const [server, beganMs] = [connect(port, '127.0.0.1'), performance.now()];
      const later = (act: () => void): unknown =>
        setTimeout(act, Math.max(eachWayMs, beganMs + 3 * eachWayMs - performance.now()));
      passOn(client, server, later);
      passOn(server, client, (act) => setTimeout(act, eachWayMs));
    }),
  );

it.each([400, 800])('leads over a network of %i ms each way', async (eachWayMs) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, cert);
  const there = Number(new URL(script.url).port);
  const tls = createTlsServer({ cert, key }, (socket) => {
    const on = connect(there, '127.0.0.1');
    passOn(socket, on);
    passOn(on, socket);
  });
  const url = `https://127.0.0.1:${await slowTo(await listening(tls), eachWayMs)}`;
  const heartbeatMs = (script.heartbeatMs = 1_000);
  script.answer = ({ term }) => ({ role: 'leader', term: 1, leaseMs: term === 1 ? 60_000 : 0, heartbeatMs });
  const runner = new Runner({ url, ca, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it leads', () => runner.status === 'leading');
  await runner.stop();
});

it('of a server that takes connections up and says nothing it keeps one, until it is answered or ten seconds are over', async () => {
  const open = new Set<Socket>();
  let taken = 0;
  const hangs = createServer((socket) => {
    taken++;
    open.add(socket.on('error', () => undefined));
    socket.on('close', () => open.delete(socket)).resume();
  });
  const url = `https://127.0.0.1:${await listening(hangs)}`;
  const runner = new Runner({ url, group: 'g', id: 'r', signals: [] });
  void runner.lead(work([]));
  await until('it has tried four times', () => taken >= 4);
  await until('of three that were given up one is left', () => open.size === 2);
  await runner.stop();
  for (const socket of open) socket.destroy();
  expect(open.size).toBeLessThanOrEqual(2);
});
