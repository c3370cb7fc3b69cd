import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, ServerProcess, dropFolder } from '@conclave/processes';
import { startEsdbDouble } from '@conclave/testing';
import { Served } from '../http/served.fixture.js';

interface Said {
  text: string;
  status: number;
  type: string | undefined;
  isClosed: boolean;
  body: any;
}

/** Without one, an answer ends with its connection. */
const lengthOf = (head: string): number =>
  Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.POSITIVE_INFINITY);

/** What a server says to these bytes: until it closes, or one answer is whole. */
async function say(port: string, bytes: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    const done = (isClosed: boolean) => {
      const [head = '', rest = ''] = text.split('\r\n\r\n');
      const type = /^content-type: ([^;\r]+)/im.exec(head)?.[1];
      const status = Number(head.split(' ')[1]);
      // A second answer may have come in the same piece.
      const body = Buffer.from(rest).subarray(0, lengthOf(head)).toString();
      resolve({
        text,
        status,
        type,
        isClosed,
        body: type?.endsWith('json') && body !== '' ? JSON.parse(body) : body,
      });
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [head = '', body] = text.split('\r\n\r\n');
      if (/^connection: close/im.test(head)) return; // then it does
      if (body !== undefined && Buffer.byteLength(body) >= lengthOf(head)) done(false);
    });
    socket.on('error', reject);
    socket.on('close', () => done(true));
    socket.write(bytes);
  });
}

const get = (target: string, ...headers: string[]): string =>
  `GET ${target} HTTP/1.1\r\n${['Host: localhost', ...headers].join('\r\n')}\r\n\r\n`;

const SPELLINGS = [
  '/v1/%67roups/x',
  '/%76%31/groups/x',
  '/v1/groups/%78',
  'http://localhost/v1/groups/x',
  'http://localhost/v1/%67roups/x',
  'HTTP://localhost/v1/groups/x',
  '/v1/groups/x#',
  '/v1/groups/x?',
  '/v1/groups/x;a=1',
  '//v1/groups/x',
  '/v1//groups/x',
  '/v1/groups/x/',
  '/v1/groups/',
  '/docs/../v1/groups/x',
  '/docs/%2e%2e/v1/groups/x',
  '/healthz/../v1/groups/x',
  '/./v1/groups/x',
  '/V1/groups/x',
  '/v1%2fgroups%2fx',
  '/v1/groups%2fx',
  'http://localhost//v1/groups/x',
  'localhost/v1/groups/x',
  '*',
];

describe('with authentication on, however an address is spelled', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-edges-'));
  let server: ServerProcess;
  let root: string;
  beforeAll(async () => {
    const file = join(folder, 'tokens.json');
    const args = ['token', 'create', '--file', file, '--name', 'root', '--role', 'admin', '--json'];
    root = (JSON.parse((await new Cli().run(...args)).stdout) as { token: string }).token;
    server = await ServerProcess.start({ CONCLAVE_TOKENS: file });
    const headers = { authorization: `Bearer ${root}` };
    expect((await new Api(server.url).put('/v1/groups/x', {}, headers)).status).toBe(201);
  });
  afterAll(async () => {
    await server?.kill('SIGTERM');
    dropFolder(folder);
  });

  it.each(SPELLINGS)('%s is not answered without a credential', async (target) => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      const request = get(target, 'Content-Type: application/json', 'Connection: close');
      const { status, text } = await say(server.port, request.replace('GET', method));
      expect({ method, status, isRefused: status >= 400 && status < 500 }).toMatchObject({ isRefused: true });
      expect(text).not.toContain('settings');
    }
  });

  it('the spellings that are the route are answered with one', async () => {
    for (const target of SPELLINGS.slice(0, 6)) {
      const { status } = await say(server.port, get(target, `Authorization: Bearer ${root}`));
      expect({ target, status }).toEqual({ target, status: 200 });
    }
  });

  it('of two credentials none counts', async () => {
    const twice = [`Authorization: Bearer ${root}`, 'Authorization: Bearer other'];
    for (const headers of [twice, twice.toReversed()])
      expect(await say(server.port, get('/v1/groups/x', ...headers))).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', detail: 'header Authorization: must come once.' },
      });
  });
});

it('a server that cannot read its log says so for every spelling', async () => {
  const double = await startEsdbDouble();
  double.crash();
  const server = await ServerProcess.start({ CONCLAVE_STORE: double.connectionString });
  for (const target of SPELLINGS.slice(0, 6))
    expect(await say(server.port, get(target))).toMatchObject({ status: 503, body: { code: 'not-ready' } });
  for (const target of ['/v1/keys', '/v1/%6beys', 'http://localhost/v1/keys'])
    expect(await say(server.port, get(target))).toMatchObject({ status: 200 });
  await server.kill('SIGKILL');
  await double.stop();
});

describe('the edges of HTTP', () => {
  const served = new Served('sqlite');

  it('a page of another origin is refused by name', async () => {
    const answer = await say(served.server.port, get('/v1/groups', 'Origin: http://evil.example'));
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin-forbidden' } });
  });

  const POST = 'POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  it.each([
    ['a method that is none', 'BLAH / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['a header that is none', get('/healthz', 'Bad Header: x'), 400],
    ['headers over 16 KiB', get('/healthz', `X-Big: ${'x'.repeat(17_000)}`), 431],
    ['HTTP/0.9', 'GET /healthz\r\n\r\n', 400],
    ['HTTP/0.9 with a host', 'GET /healthz\r\nHost: localhost\r\n\r\n', 400],
    ['HTTP/3.0', get('/healthz').replace('1.1', '3.0'), 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['both lengths', `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ['a length that is none', `${POST}Content-Length: x\r\n\r\n`, 400],
    ['a chunk that is none', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['a target that is none', get('?a'), 400],
    ['a tunnel', 'CONNECT example.org:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ])('%s is refused with a problem, and the connection ends', async (_, bytes, status) => {
    const said = await say(served.server.port, bytes);
    const code = status === 431 ? 'headers-too-large' : 'invalid-request';
    const problem = { code, status, type: `/docs/problems#${code}` };
    expect(said).toMatchObject({ status, type: 'application/problem+json', isClosed: true, body: problem });
    expect(said.text).toContain(`x-correlation-id: ${said.body.instance}`);
  });

  it('garbage behind a request ends the connection, with one problem at most', async () => {
    const { text } = await say(
      served.server.port,
      get('/healthz', 'Connection: keep-alive') + '!!garbage\r\n\r\n',
    );
    expect(text.match(/HTTP\/1\.1 \d{3}/g)!.length).toBeLessThanOrEqual(2);
    expect(await served.api.get('/healthz')).toMatchObject({ status: 200 });
  });

  it.each([
    ['no', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['no (HTTP/1.0)', 'GET /v1/groups HTTP/1.0\r\n\r\n', 400],
    ['an empty', 'GET /healthz HTTP/1.1\r\nHost:\r\n\r\n', 400],
    ['a second', get('/healthz', 'Host: localhost'), 400],
    ['another', get('/healthz').replace('localhost', 'evil.example'), 421],
    ['its own, for a target that names another', get('http://evil.example/healthz'), 421],
  ])('%s Host is refused', async (_, bytes, status) => {
    expect(await say(served.server.port, bytes)).toMatchObject({ status, type: 'application/problem+json' });
  });

  it.each(['/healthz', '/readyz'])(
    'a load balancer that names no host is told how it is: %s',
    async (path) => {
      expect(await say(served.server.port, `GET ${path} HTTP/1.0\r\n\r\n`)).toMatchObject({ status: 200 });
    },
  );

  it.each(['localhost.', 'LocalHost.:7600', '127.0.0.1'])('%s is its own name', async (name) => {
    const bytes = get('/healthz').replace('localhost', name);
    expect(await say(served.server.port, bytes)).toMatchObject({ status: 200 });
    const twice = get('/healthz').replace('localhost', 'localhost..');
    expect(await say(served.server.port, twice)).toMatchObject({ status: 421 });
  });

  it('an expectation that it does not know is no hindrance', async () => {
    expect(await say(served.server.port, get('/healthz', 'Expect: more'))).toMatchObject({ status: 200 });
  });
});
