import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@conclave/processes';
import { HttpClient } from './http-client.js';
import { lineTo } from './lines.js';
import { followSession } from '../streams/session-stream.js';

const MOST = 64;

/** Those that it has not answered yet. */
let unanswered: ServerResponse[] = [];
let paths: string[] = [];
let server: Server;
let url = '';
beforeEach(async () => {
  [unanswered, paths] = [[], []];
  server = createServer((request, response) => {
    paths.push(request.url!);
    unanswered.push(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Each is a runner of its own, and all are of this process. */
const ask = async (path: string, waitMs?: number, stop?: AbortSignal) =>
  new HttpClient({ urls: [url], secret: 's'.repeat(32) }).send<{ isHere: boolean }>({
    method: 'GET',
    path,
    timeoutMs: 60_000,
    ...(waitMs !== undefined && { waitMs }),
    ...(stop && { stop }),
    fits: ({ isHere }) => isHere,
  });
const beat = async (n: number, timeoutMs: number) =>
  new HttpClient({ urls: [url], secret: 's'.repeat(32) }).send<{ isHere: boolean }>({
    method: 'POST',
    path: `/${n}`,
    timeoutMs,
    joint: { kind: 'standby', beat: { sequence: 1, acked: 0 }, refused: () => undefined },
    fits: ({ isHere }) => isHere,
  });
const many = (count: number) => Array.from({ length: count }, async (_, n) => ask(`/${n}`));
const answer = (response: ServerResponse) => response.end('{"isHere":true}');

it('of a thousand runners of one process that start together a few ask at a time', async () => {
  let connections = 0;
  server.on('connection', () => connections++);
  const asked = many(1_000);
  let answered = 0;
  const all = Promise.all(asked).then((answers) => (answered = answers.length));
  await until('all are answered', () => {
    unanswered.splice(0).forEach(answer);
    return answered === 1_000;
  });
  await all;
  expect(connections).toBeLessThan(500); // more than 64 where the machine stood still meanwhile
});

it('a server that answers nobody keeps nobody from asking it', async () => {
  const asked = many(3 * MOST);
  await until('all have asked', () => unanswered.length === 3 * MOST);
  unanswered.forEach(answer);
  expect(await Promise.all(asked)).toHaveLength(3 * MOST);
});

it('what a lease hangs on waits for nobody, and a goodbye not for long', async () => {
  const asked = [...many(3 * MOST), ask('/renewed', 0), ask('/goodbye', 1)];
  await until('these have asked', () => ['/renewed', '/goodbye'].every((path) => paths.includes(path)));
  expect(Math.max(paths.indexOf('/renewed'), paths.indexOf('/goodbye'))).toBeLessThan(2 * MOST);
  await until('all have asked', () => unanswered.length === asked.length);
  unanswered.forEach(answer);
  await Promise.all(asked);
});

it('beats that were refused together, because of the one whose credential was shown, come alone no faster', async () => {
  const beats = Array.from({ length: 3 * MOST }, async (_, n) => beat(n, 60_000));
  await until('all have asked together', () => unanswered.length === 1);
  const refusal = JSON.stringify({ type: '/docs/problems#unauthenticated', code: 'unauthenticated' });
  unanswered.pop()!.writeHead(401).end(refusal);
  await until('some ask alone', () => unanswered.length >= MOST);
  const last = ask('/last', 0);
  await until('whoever asked before is here', () => paths.includes('/last'));
  const atOnce = unanswered.length;
  await until('all have asked', () => unanswered.length === beats.length + 1);
  unanswered.forEach(answer);
  await Promise.all([...beats, last]);
  expect(atOnce).toBeLessThan(2 * MOST);
});

it('of those the ones that wait for their turn have all of their time when it comes: it is not the server that let them wait', async () => {
  const beats = Array.from({ length: MOST + 16 }, async (_, n) => beat(n, 60_000));
  const last = beat(MOST + 16, 2_000);
  await until('all have asked together', () => unanswered.length === 1);
  unanswered.pop()!.writeHead(401).end('{"type":"/docs/problems#unauthenticated","code":"unauthenticated"}');
  const hanging = createServer(() => undefined);
  await new Promise<void>((done) => hanging.listen(0, '127.0.0.1', done));
  const other = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  for (const hasCome = () => paths.includes(`/${MOST + 16}`); !hasCome();) {
    const next = paths.length;
    const its = new HttpClient({ urls: [other], secret: 's'.repeat(32) });
    const asked = its.send({ method: 'GET', path: '/', timeoutMs: 150, waitMs: 0, fits: () => true });
    await expect(asked).rejects.toThrow('no answer within 150 ms'); // after 16 of these its time is over
    answer(unanswered.shift()!);
    await until('the next one asks', () => paths.length > next + 1 || hasCome());
  }
  unanswered.forEach(answer);
  expect(await Promise.all([...beats, last])).toHaveLength(MOST + 17);
  hanging.closeAllConnections();
  hanging.close();
});

it('where one was not answered in time, and nobody else, one asks at a time, and all others go on at once', async () => {
  const late = Array.from({ length: MOST }, async (_, n) => beat(n, 60_000).catch(() => undefined));
  await until('all have asked together', () => unanswered.length === 1);
  void late;
  const short = async (path: string, timeoutMs: number) =>
    new HttpClient({ urls: [url], secret: 's'.repeat(32) }).send({
      method: 'GET',
      path,
      timeoutMs,
      fits: () => true,
    });
  const first = Array.from({ length: MOST }, async (_, n) => short(`/${n}`, 150));
  const behind = Array.from({ length: MOST }, async (_, n) => short(`/behind-${n}`, 60_000));
  const refused = await Promise.allSettled([...first, ...behind]);
  const reasons = refused.map((one) => (one as PromiseRejectedResult).reason.message as string);
  expect(reasons.slice(0, MOST)).toEqual(
    Array.from({ length: MOST }, () => `no answer within 150 ms from ${url}`),
  );
  expect(new Set(reasons.slice(MOST))).toEqual(
    new Set([`${url} has not answered others of this process in time`]),
  );
  const asked = Array.from({ length: 3 }, async (_, n) => short(`/again-${n}`, 60_000));
  const again = () => paths.filter((path) => path.startsWith('/again'));
  await until('one asks again', () => again().length > 0);
  for (const response of unanswered.splice(0)) if (!response.destroyed) answer(response);
  await until('then two', () => again().length === 3);
  unanswered.forEach(answer);
  await Promise.all(asked);
});

it('who is told to stop waits no longer', async () => {
  const asked = many(3 * MOST);
  const told = new AbortController();
  const stopped = ask('/stopped', Infinity, told.signal);
  told.abort();
  await expect(stopped).rejects.toThrow('given up');
  expect(unanswered.length).toBeLessThan(3 * MOST);
  await until('all have asked', () => unanswered.length === 3 * MOST);
  unanswered.forEach(answer);
  await Promise.all(asked);
});

it('streams that cannot be asked for, as their token cannot be read, keep no others waiting', async () => {
  const gone = new AbortController();
  const client = new HttpClient({ urls: [url], secret: 's'.repeat(32), token: 'unused' });
  let tries = 0;
  client.headers = () => {
    tries++;
    throw new Error('the token file holds more than a token');
  };
  const follower = {
    onNews: () => undefined,
    onOpen: () => undefined,
    onQuiet: () => undefined,
    goesOn: () => true,
    isUrgent: () => false,
  };
  const followed = Array.from({ length: MOST }, async () =>
    followSession(client, '/', gone.signal, follower),
  );
  await until('all have tried', () => tries >= MOST);
  gone.abort();
  await Promise.all(followed);
  let hasTurn = false;
  void lineTo(url, 'stream')
    .turn(Infinity)
    .then(() => (hasTurn = true));
  await new Promise(setImmediate);
  expect(hasTurn).toBe(true);
});
