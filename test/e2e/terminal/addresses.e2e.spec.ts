import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, ServerProcess, until } from '@conclave/processes';
import { testStore } from '@conclave/testing';

/** A slow machine lets the store, which is in this process, stand still for a second. */
const QUIET = expect.stringMatching(/^(warning: this server has heard nothing from its store for .*\n)?$/);

describe('several servers in CONCLAVE_URL', () => {
  let store: Awaited<ReturnType<typeof testStore>>;
  let first: ServerProcess;
  let second: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    store = await testStore('esdb');
    first = await ServerProcess.start(store.environment);
    second = await ServerProcess.start(store.environment);
    api = new Api(second.url);
    await api.put('/v1/groups/g', { leaseMs: 3_000, heartbeatMs: 500 });
  });
  afterAll(async () => {
    await Promise.all([first, second].map((server) => server.kill()));
    await store.close();
  });

  it('what is no address is named', async () => {
    const cli = new Cli({ CONCLAVE_URL: `${first.url},nowhere` });
    expect(await cli.run('groups')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nowhere" is no address of a server'),
    });
  });

  it('without an address it is the port that a server here has from the same environment', async () => {
    const cli = new Cli({ CONCLAVE_PORT: new URL(second.url).port });
    expect(await cli.run('group', 'g')).toMatchObject({ code: 0, stderr: QUIET });
  });

  it.each(['store-unavailable', 'not-ready', 'group-unreadable', 'behind a gateway that does not find it'])(
    'a server that is %s is left for the next one',
    async (code) => {
      const away = createServer((_, response) => {
        if (code.includes(' ')) return void response.writeHead(502).end('Bad Gateway');
        response.writeHead(503, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ type: `/docs/problems#${code}`, code, detail: 'not now' }));
      });
      await once(away.listen(0, '127.0.0.1'), 'listening');
      const cli = new Cli({
        CONCLAVE_URL: `http://127.0.0.1:${(away.address() as AddressInfo).port},${second.url}`,
      });
      expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: QUIET });
      expect(await cli.run('pause', 'g', '--dry-run')).toMatchObject({ code: 0 });
      expect(await cli.run('pause', 'g', '--reason', 'x', '-y')).toMatchObject({ code: 0 });
      expect(await cli.run('resume', 'g', '--reason', 'x', '-y')).toMatchObject({ code: 0 });
      away.close();
    },
  );

  it.each([
    ['before it answers', ''],
    ['amid its answer', '{"groups":['],
  ])('one that hears what is asked and ends the connection %s is left for the next one', async (_, half) => {
    const away = createServer(({ socket }, reply) => {
      if (half === '') return void socket.destroy();
      reply.writeHead(200, { 'content-type': 'application/json' });
      reply.write(half, () => socket.destroy());
    });
    await once(away.listen(0, '127.0.0.1'), 'listening');
    const own = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
    const cli = new Cli({ CONCLAVE_URL: `${own},${second.url}` });
    expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: QUIET });
    expect(await cli.run('history', 'g', '--json')).toMatchObject({ code: 0, stderr: QUIET });
    expect(await new Cli({ CONCLAVE_URL: own }).run('groups')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('does not answer (ECONNRESET). Is the server running?'),
    });
    const bothAway = new Cli({ CONCLAVE_URL: `${own},${own.replace('127.0.0.1', 'localhost')}` });
    expect(await bothAway.run('groups')).toMatchObject({ code: 4 });
    away.close();
  });

  it('a program goes on, and commands are answered, while one of them dies', async () => {
    const cli = new Cli({ CONCLAVE_URL: `${first.url}, ${second.url}/` });
    const child = cli.started('run', '--group', 'g', '--id', 'r', '--', 'sleep', '1000');
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it leads', () => said.includes('r leading (term 1)'));
    await first.kill();
    expect(await cli.run('taint', 'g', 'x', 'k', '-y')).toMatchObject({ code: 3 }); // there is no x
    expect(await cli.run('groups')).toMatchObject({ code: 0, stdout: expect.stringContaining('r') });
    // two questions at once, both meet the dead one first
    expect((await cli.run('complete', '--', 'taint', 'g', '')).stdout).toMatch(/^r\b/m);
    const killedMs = performance.now();
    await until('a lease has passed', () => performance.now() - killedMs > 4_000);
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1, leader: { runner: 'r' } });
    expect(said).not.toMatch(/lost|was stopped/);
    child.kill('SIGTERM');
    await once(child, 'close');
    await second.kill();
    expect(await cli.run('groups')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/does not answer \(ECONNREFUSED\)/),
    });
  });
});
