import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { EsdbEventStore } from '@conclave/event-store-esdb';
import { anEvent, startEsdbDouble } from '@conclave/testing';

const DAY_MS = 86_400_000;
let directory: string;
const servers: Server[] = [];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'conclave-tls-'));
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

/**
 * Something that speaks TLS with a certificate of its own; `trusted`: whether its authority is named in the
 * connection string.
 */
async function tlsServer(
  name: string,
  { fromMs = -DAY_MS, trusted = true } = {},
): Promise<{ port: number; ca: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    notBeforeDate: new Date(Date.now() + fromMs),
    notAfterDate: new Date(Date.now() + fromMs + (DAY_MS / 2) * (fromMs < -DAY_MS ? 1 : 4)),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const server = createServer({ key, cert, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => undefined);
  }).on('tlsClientError', () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const ca = join(directory, `${servers.length} =@.crt`);
  writeFileSync(ca, cert);
  const option = `?tlsCAFile=${ca.replace(' ', '%20').replace('@', '%40')}`;
  return { port: (server.address() as AddressInfo).port, ca: trusted ? option : '' };
}
const refusal = async (connectionString: string) => {
  const store = await EsdbEventStore.open({ connectionString });
  const errors: unknown[] = [];
  await store.append('a', 0, [anEvent()]).catch((error: unknown) => errors.push(error));
  await (async () => {
    for await (const _ of store.subscribe('0', new AbortController().signal)) break;
  })().catch((error: unknown) => errors.push(error));
  await store.close();
  return errors;
};
const says = (message: RegExp) =>
  [1, 2].map(() =>
    expect.objectContaining({ code: 'store-unusable', message: expect.stringMatching(message) }),
  );

describe('what is wrong with TLS is said, and what to do', () => {
  it.each([
    [
      'an authority that is not known',
      'localhost',
      { trusted: false },
      /its authority is not known here .*tlsCAFile/,
    ],
    ['another name', 'elsewhere.example', {}, /it is for another name .*host name that it has/],
    ['a certificate that has expired', 'localhost', { fromMs: -2 * DAY_MS }, /it has expired .*Renew it/],
    ['a certificate that is not valid yet', 'localhost', { fromMs: DAY_MS }, /it is not valid yet .*clocks/],
  ])('%s', async (_, name, options, message) => {
    const { port, ca } = await tlsServer(name, options);
    const at = `localhost:${port}`;
    for (const address of [`esdb://${at}`, `esdb+discover://${at}`, `esdb://${at},127.0.0.1:${port}`])
      expect(await refusal(address + ca)).toEqual(says(message));
  });

  it.each(['esdb', 'esdb+discover'])('tls=false at a server that speaks it (%s)', async (scheme) => {
    const { port } = await tlsServer('localhost');
    expect(await refusal(`${scheme}://localhost:${port}?tls=false`)).toEqual(
      says(new RegExp(`EventStoreDB at localhost:${port} speaks TLS\\. Leave out tls=false`)),
    );
  });

  it('TLS at a server that does not speak it', async () => {
    const double = await startEsdbDouble();
    expect(await refusal(`esdb://127.0.0.1:${double.port}`)).toEqual(
      says(/does not speak TLS there .*Add tls=false/),
    );
    await double.stop();
  });
});
