import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { until } from '@conclave/processes';
import { IssuerKeys } from '../src/issuer-keys.js';

const MINUTE_MS = 60_000;
let server: Server;
let url: string;
let keys: JWK[];
let jwks: string;
let asked: string[];
let manners: (path: string, answer: ServerResponse) => boolean;
let told: string[];
let laterMs: number;
let delayMs: number;
let answered: number;

const keyOf = async (kid: string): Promise<JWK> => ({
  ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)),
  kid,
  alg: 'ES256',
});

beforeEach(async () => {
  [asked, told, jwks, manners] = [[], [], '/jwks', () => false];
  keys = [await keyOf('a')];
  [laterMs, delayMs, answered] = [0, 0, 0];
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + laterMs);
  const answer = (path: string, response: ServerResponse) => {
    if (manners(path, response)) return;
    if (path === jwks) response.end(JSON.stringify({ keys }));
    else if (path === '/.well-known/openid-configuration')
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}${jwks}` }));
    else response.writeHead(404).end();
  };
  server = createServer(({ url: path = '' }, response) => {
    response.once('finish', () => answered++);
    asked.push(path);
    setTimeout(() => answer(path, response), delayMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

function known() {
  const of = new IssuerKeys({ issuer: url }, { warn: (message) => void told.push(message) });
  return async (kid: string) => of.find()({ alg: 'ES256', kid }, {} as never);
}
const hanging = () => true;
const failing = (_: string, answer: ServerResponse) => Boolean(answer.writeHead(500).end());

it('nobody waits for an issuer that is slow, or away, while its keys still count; they are asked for anew before', async () => {
  const find = known();
  await find('a');
  laterMs = 6 * MINUTE_MS;
  manners = hanging;
  const startMs = performance.now();
  for (let n = 0; n < 5; n++) await find('a');
  expect(performance.now() - startMs).toBeLessThan(4_000); // one that is waited for takes five seconds
  await until('it is asked', () => asked.length === 4); // once, beside
  laterMs = 11 * MINUTE_MS;
  await expect(find('a')).rejects.toThrow('request timed out');
  expect(told).toEqual([expect.stringMatching(/^the keys of issuer ".*" cannot be had: /)]);
});

it('an issuer that is slow has its time for both, where its keys are and what they are; then they count for ten minutes more', async () => {
  const find = known();
  await find('a');
  [delayMs, laterMs] = [3_000, 6 * MINUTE_MS];
  await find('a');
  await until('both are answered', () => answered === 4);
  [manners, laterMs] = [failing, 10.5 * MINUTE_MS];
  await find('a');
  expect(told).toEqual([]);
  laterMs = 15.5 * MINUTE_MS;
  await find('a');
});

it('the clock is set back: new keys are found at once, and old ones count for no longer than ever', async () => {
  const find = known();
  await find('a');
  keys = [await keyOf('b')];
  laterMs = -24 * 60 * MINUTE_MS;
  await find('b');
  await expect(find('a')).rejects.toThrow('no applicable key found');
  laterMs *= 2;
  manners = failing;
  await find('b');
  await until('it was asked', () => told.length === 1);
  laterMs += 6 * MINUTE_MS;
  await expect(find('b')).rejects.toThrow('answered 500');
});

it('keys that have moved are found, also while discovery is away for a moment', async () => {
  const find = known();
  await find('a');
  [keys, jwks] = [[await keyOf('b')], '/moved'];
  laterMs = MINUTE_MS; // a key that nobody knows is not asked for more often than every two seconds
  await find('b');
  laterMs = 2 * MINUTE_MS;
  keys = [await keyOf('c')];
  manners = (path, answer) => path !== jwks && failing(path, answer);
  await find('c');
});

it('what keeps them away is said once, and that they are there again', async () => {
  const find = known();
  manners = failing;
  for (let n = 0; n < 2; n++) await expect(find('a')).rejects.toThrow('openid-configuration answered 500');
  manners = (_, answer) => Boolean(answer.end('<html>'));
  await expect(find('a')).rejects.toThrow('openid-configuration answers with no JSON');
  manners = () => false;
  await find('a');
  expect(told).toEqual([
    `the keys of issuer "${url}" cannot be had: ${url}/.well-known/openid-configuration answered 500`,
    `the keys of issuer "${url}" are there again`,
  ]);
  server.close();
  server.closeAllConnections();
  const other = known();
  await expect(other('a')).rejects.toThrow(
    /openid-configuration cannot be reached \((ECONNREFUSED|UND_ERR_SOCKET)\)/,
  );
});
