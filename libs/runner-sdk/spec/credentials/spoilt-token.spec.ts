import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../../src/http/http-client.js';

it('a file that cannot be shown says nothing of the servers: who was silent is so still', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-token-'));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'first');
  const hangs = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(hangs, 'listening');
  const url = `http://127.0.0.1:${(hangs.address() as AddressInfo).port}`;
  const client = new HttpClient({ urls: [url], secret: 's', tokenFile });
  const ask = async (timeoutMs: number) =>
    client.send({ method: 'GET', path: '/v1/version', timeoutMs, fits: () => true });
  await expect(ask(50)).rejects.toThrow('no answer within 50 ms');
  expect(client.areAllSilent()).toBe(true);
  writeFileSync(tokenFile, 'more than\na token');
  for (let times = 0; times < 2; times++)
    await expect(ask(60_000)).rejects.toThrow('holds more than a token');
  expect(client.areAllSilent()).toBe(true);
  hangs.close();
  rmSync(folder, { recursive: true });
});

it('an empty file is no token, and says so to whoever is refused for want of one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-token-'));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, ' \n');
  const wants = createHttpServer((_, response) => {
    const problem = { type: '/docs/problems#unauthenticated', code: 'unauthenticated', detail: 'no.' };
    response.writeHead(401).end(JSON.stringify(problem));
  }).listen(0, '127.0.0.1');
  await once(wants, 'listening');
  const url = `http://127.0.0.1:${(wants.address() as AddressInfo).port}`;
  const client = new HttpClient({ urls: [url], secret: 's', tokenFile });
  const ask = async () =>
    client.send({ method: 'GET', path: '/v1/version', timeoutMs: 60_000, fits: () => true });
  expect(client.headers().authorization).toBeUndefined();
  await expect(ask()).rejects.toThrow(`no. The token file "${tokenFile}" is empty.`);
  writeFileSync(tokenFile, 'first\n');
  expect(client.headers().authorization).toBe('Bearer first');
  await expect(ask()).rejects.toThrow(/^no\.$/);
  wants.close();
  rmSync(folder, { recursive: true });
});
