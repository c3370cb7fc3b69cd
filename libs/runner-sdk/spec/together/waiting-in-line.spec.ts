import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@conclave/processes';
import { HttpClient, type ClientOptions } from '../../src/http/http-client.js';
import { Requests } from '../../src/http/requests.js';
import { followSession } from '../../src/streams/session-stream.js';

let paths: string[] = [];
let answer = (_: IncomingMessage, response: ServerResponse): unknown => response.end('{"isHere":true}');
let server: Server;
let url = '';
beforeEach(async () => {
  paths = [];
  server = createServer((request, response) => {
    paths.push(request.url!);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Each is a runner of its own, and all are of this process. */
const ask = async (path: string, timeoutMs: number, more: Partial<ClientOptions> = {}, stop?: AbortSignal) =>
  new HttpClient({ urls: [url], secret: 's'.repeat(32), ...more }).send<{ isHere: boolean }>({
    method: 'GET',
    path,
    timeoutMs,
    ...(stop && { stop }),
    fits: ({ isHere }) => isHere,
  });
const follow = (path: string, signal: AbortSignal) =>
  void followSession(new HttpClient({ urls: [url], secret: 's'.repeat(32) }), path, signal, {
    onNews: () => undefined,
    onOpen: () => undefined,
    onQuiet: () => undefined,
    goesOn: () => true,
    isUrgent: () => false,
  });

it('one whose answer is lost, and that waits for it for long, keeps no others waiting so long', async () => {
  answer = ({ url: path }, response) => {
    if (path === '/refused') response.destroy();
    else if (path !== '/lost') response.end('{"isHere":true}');
  };
  await expect(ask('/refused', 60_000)).rejects.toThrow('ECONNRESET');
  const stop = new AbortController();
  const lost = ask('/lost', 48_000, {}, stop.signal).catch(() => undefined);
  await until('it has asked', () => paths.includes('/lost'));
  let isAnswered = false;
  const others = ask('/a', 800).then(() => (isAnswered = true));
  await until('another one is answered', () => isAnswered);
  await others;
  stop.abort();
  await lost;
});

it('nor does a stream that is not answered', async () => {
  answer = ({ url: path }, response) => {
    if (path === '/refused') response.destroy();
    else if (path !== '/lost') response.writeHead(200).write(': here\n\n');
  };
  const [gone, refused] = [new AbortController(), new AbortController()];
  follow('/refused', refused.signal);
  await until('one is refused', () => paths.includes('/refused'));
  refused.abort();
  follow('/lost', gone.signal);
  await until('one is not answered', () => paths.includes('/lost'));
  for (const path of ['/a', '/b', '/c']) follow(path, gone.signal);
  await until('the others are open', () => ['/a', '/b', '/c'].every((path) => paths.includes(path)));
  gone.abort();
});

it('whose registration was given up may have been heard, though others let it wait in vain the next time', async () => {
  answer = () => undefined;
  const client = new HttpClient({ urls: [url], secret: 's'.repeat(32) });
  const requests = new Requests(client, { group: 'g', id: 'r', incarnation: 'i' });
  const register = async (timeoutMs: number) => requests.register({ ready: true }, { timeoutMs }, false);
  await expect(register(150)).rejects.toThrow('no answer within 150 ms');
  expect(requests.isUnheard).toBe(true);
  const before = ask('/before', 150).catch(() => undefined);
  await expect(register(60_000)).rejects.toThrow('has not answered others');
  await before;
  expect(requests.isUnheard).toBe(true);
});

it.each([{ tokenFile: '/nowhere/token' }, { ca: '/nowhere/ca.pem' }])(
  'who cannot ask for want of a file (%p) says nothing of the server',
  async (files) => {
    const unanswered: ServerResponse[] = [];
    answer = (_, response) => unanswered.push(response);
    const asked = Array.from({ length: 65 }, async (_, n) => ask(`/${n}`, 60_000));
    const last = asked.at(-1)!.then(
      () => 'answered',
      ({ message }: Error) => message,
    );
    await until('some have asked', () => unanswered.length === 64);
    const broken = new HttpClient({ urls: [url], secret: 's'.repeat(32), ...files });
    const urgent = { method: 'GET', path: '/', timeoutMs: 60_000, waitMs: 0, fits: () => true };
    await expect(broken.send(urgent)).rejects.toThrow('/nowhere/');
    unanswered.forEach((response) => response.end('{"isHere":true}'));
    answer = (_, response) => response.end('{"isHere":true}');
    expect(await last).toBe('answered');
    await Promise.all(asked);
  },
);
