import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, dropFolder, inc, LossyProxy, ServerProcess, until } from '@conclave/processes';

const G = '/v1/groups/deploy';
const TRANSFER = ['transfer', 'deploy', '--reason', 'upgrade', '-y'];

describe('a command whose answer is lost', () => {
  let server: ServerProcess;
  let api: Api;

  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    for (const id of ['a', 'b']) await api.put(`${G}/runners/${id}`, { incarnation: inc(id), ready: true });
  });
  afterAll(async () => {
    expect(await server.kill('SIGTERM')).toBe(0);
  });

  it('is sent again, carried out once, and told as if nothing had been', async () => {
    const proxy = await LossyProxy.before(server.url, ({ url }) => url === `${G}/transfer`);
    const { code, stdout } = await new Cli({ CONCLAVE_URL: proxy.url }).run(...TRANSFER);
    proxy.close();
    expect([code, proxy.asked]).toEqual([0, 2]);
    expect(stdout).toMatch(/^recorded: .*transfer/);
    const { body } = await api.get(`${G}/history?type=TransferRequested`);
    expect(body.events).toHaveLength(1);
  });

  it('a transfer that was over before it was sent again is not waited for', async () => {
    const group = '/v1/groups/quick';
    for (const id of ['a', 'b'])
      await api.put(`${group}/runners/${id}`, { incarnation: inc(id), ready: true });
    const lose = (_: unknown, reply: ServerResponse) =>
      void api
        .post(`${group}/runners/a/release`, { incarnation: inc('a'), term: 1 })
        .then(() => reply.destroy());
    const proxy = await LossyProxy.before(server.url, ({ url }) => url === `${group}/transfer`, 1, lose);
    const cli = new Cli({ CONCLAVE_URL: proxy.url });
    const { code, stdout } = await cli.run('transfer', 'quick', '--wait', '-y');
    proxy.close();
    expect([code, proxy.asked]).toEqual([0, 2]);
    expect(stdout).toMatch(/transfer completed/);
  });

  it.each([504, 503])('is sent again also if a gateway says %i in JSON of its own', async (status) => {
    const lose = (_: unknown, reply: ServerResponse) =>
      void reply.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"upstream"}');
    const proxy = await LossyProxy.before(server.url, ({ url }) => url === `${G}/pause`, 1, lose);
    const { code, stdout } = await new Cli({ CONCLAVE_URL: proxy.url }).run('pause', 'deploy', '-y');
    proxy.close();
    expect([code, proxy.asked]).toEqual([0, 2]);
    expect(stdout).toMatch(/^recorded: elections paused/);
    await api.delete(`${G}/pause`);
  });

  it('of a server that could not carry it out nobody is told how old it is: another one has answered', async () => {
    const stale = { 'content-type': 'application/json', 'x-conclave-stale-ms': '9000' };
    const lose = (_: unknown, reply: ServerResponse) =>
      void reply.writeHead(503, stale).end('{"code":"store-unavailable","detail":"it is away"}');
    const proxy = await LossyProxy.before(server.url, ({ url }) => url === `${G}/pause`, 1, lose);
    const { code, stderr } = await new Cli({ CONCLAVE_URL: proxy.url }).run('pause', 'deploy', '-y');
    proxy.close();
    expect([code, proxy.asked]).toEqual([0, 2]);
    expect(stderr).not.toContain('may be old');
    await api.delete(`${G}/pause`);
  });

  it('changes nothing that somebody else did meanwhile, if it found its wish fulfilled', async () => {
    const proxy = await LossyProxy.before(server.url, ({ method }) => method === 'DELETE');
    const { code, stdout } = await new Cli({ CONCLAVE_URL: proxy.url }).run('unpin', 'deploy');
    proxy.close();
    expect([code, proxy.asked]).toEqual([0, 2]);
    expect(stdout).toMatch(/^nothing to change/);
  });

  it('watch goes on where nothing was heard for so long, and tells all', async () => {
    const proxy = await LossyProxy.before(server.url, ({ url }) => url === '/v1/watch', 0);
    const watch = new Cli({ CONCLAVE_URL: proxy.url, CONCLAVE_TIMEOUT_MS: '500' }).started('watch', '--json');
    let told = '';
    watch.stdout!.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await until('the first news', () => told.includes('"deploy"'));
    await until('a second watch', () => proxy.asked >= 2); // the server says something every 10 s only
    await api.put('/v1/groups/other/runners/a', { incarnation: inc('o'), ready: true });
    await until('what comes then', () => told.includes('"other"'));
    watch.kill('SIGINT');
    await once(watch, 'close');
    proxy.close();
  });
});

it('who only follows is told that nobody answers, and when it goes on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-follows-'));
  const store = { CONCLAVE_STORE: `sqlite:${join(directory, 'c.db')}` };
  let server = await ServerProcess.start(store);
  const register = async (id: string) =>
    new Api(server.url).put(`${G}/runners/${id}`, { incarnation: inc(id), ready: true });
  for (const id of ['a', 'b']) await register(id);
  const cli = new Cli({ CONCLAVE_URL: server.url });
  const followers = [
    ['watch'],
    ['history', 'deploy', '--follow', '--json'],
    [...TRANSFER, '--wait', '--deadline', '1m'],
  ].map((words) => {
    const child = cli.started(...words);
    const said = { child, out: '', err: '' };
    child.stdout!.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return said;
  });
  const all = async (what: string, fits: (said: (typeof followers)[0]) => boolean) =>
    until(what, () => followers.every(fits));
  try {
    await all('the first news', ({ out }) => /transfer|handover/.test(out));
    await server.kill('SIGKILL');
    await all('it is told', ({ err }) => err.includes('Trying again.'));
    server = await ServerProcess.start({ ...store, CONCLAVE_PORT: server.port });
    await all('that it goes on', ({ err }) => err.includes('it goes on'));
    await new Api(server.url).post(`${G}/runners/a/resign`, { incarnation: inc('a'), term: 1 });
    await all('what comes then', ({ out }) => /completed|\tled\tb\t2/.test(out));
    for (const { err } of followers) {
      const lines = err
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('warning: '));
      expect(lines).toEqual([
        expect.stringMatching(/does not answer \(ECONN(REFUSED|RESET)\)\. .* Trying again\./),
        expect.stringContaining('it goes on; what happened meanwhile is told'),
      ]);
    }
  } finally {
    followers.forEach(({ child }) => child.kill('SIGKILL'));
    await server.kill('SIGKILL');
    dropFolder(directory);
  }
});

it('who follows a log that is put back to an earlier copy is told so, and all of it; a transfer that is lost with it is not waited for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-put-back-'));
  const [file, copy] = [join(directory, 'c.db'), join(directory, 'copy.db')];
  let server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file}` });
  const port = { CONCLAVE_STORE: `sqlite:${file}`, CONCLAVE_PORT: server.port };
  const cli = new Cli({ CONCLAVE_URL: server.url });
  await new Api(server.url).put(G, { leaseMs: 10_000 }); // so long is waited for, once it is accepted
  for (const id of ['a', 'b'])
    await new Api(server.url).put(`${G}/runners/${id}`, { incarnation: inc(id), ready: true });
  await server.kill('SIGTERM');
  copyFileSync(file, copy);
  server = await ServerProcess.start(port);
  const said = { out: '', err: '' };
  const history = cli.started('history', 'deploy', '--follow');
  try {
    history.stdout!.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    history.stderr!.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    const transfer = cli.run(...TRANSFER, '--wait');
    await until('it is under way', () => said.out.includes('must stop leading'));
    await server.kill('SIGTERM');
    for (const end of ['', '-wal', '-shm', '.closed']) rmSync(file + end, { force: true });
    copyFileSync(copy, file);
    server = await ServerProcess.start(port);
    const accepted = async () => (await cli.run('log', 'accept', '--reason', 'restored')).code === 0;
    await until('it is read, and accepted', accepted);
    await until('that is told', () => said.out.includes('the log was accepted as it is by'));
    expect(said.err).toContain('What is told from here on is of another log.');
    expect(said.out.match(/group created by/g)).toHaveLength(2);
    expect(await transfer).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the log is another one now, as after a restore'),
    });
  } finally {
    history.kill('SIGKILL');
    await server.kill('SIGKILL');
    dropFolder(directory);
  }
});

describe('a server that takes connections and says nothing', () => {
  const frozen = createServer(() => undefined);
  let environment: Record<string, string>;
  beforeAll(async () => {
    await once(frozen.listen(0, '127.0.0.1'), 'listening');
    const { port } = frozen.address() as AddressInfo;
    environment = { CONCLAVE_URL: `http://127.0.0.1:${port}`, CONCLAVE_TIMEOUT_MS: '700' };
  });
  afterAll(() => {
    frozen.close();
  });
  const conclave = async (...args: string[]) => new Cli(environment).run(...args);

  it('is not waited for for ever', async () => {
    expect(await conclave('group', 'deploy')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /does not answer \(nothing was heard for 0.7 s; CONCLAVE_TIMEOUT_MS says how long to wait\)/,
      ),
    });
    expect(await conclave('watch')).toMatchObject({ code: 4 });
  });

  it('a command says that it may have been carried out; programs are told, too', async () => {
    const { code, stderr } = await conclave(...TRANSFER, '--json');
    expect([code, JSON.parse(stderr)]).toMatchObject([
      4,
      { code: 'unreachable', outcome: 'unknown', exitCode: 4 },
    ]);
  });

  it('how long is a number of ms', async () => {
    environment = { ...environment, CONCLAVE_TIMEOUT_MS: '60s' };
    expect(await conclave('groups')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CONCLAVE_TIMEOUT_MS is "60s"; take a number of ms, like 60000.'),
    });
  });
});
