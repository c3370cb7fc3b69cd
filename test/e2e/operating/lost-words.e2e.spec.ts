import { afterAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, Cli, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-lost-'));
const file = (name: string) => join(directory, name);
afterAll(() => dropFolder(directory));
const ended = async (child: ChildProcess): Promise<unknown[]> =>
  child.exitCode === null && child.signalCode === null
    ? once(child, 'exit')
    : [child.exitCode, child.signalCode];

describe('what is said and cannot be written', () => {
  it.each(['json', 'pretty'])('a log on a full disk stops no server (%s)', async (format) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [resolve('dist/apps/server/src/main.js')], {
      cwd: directory,
      stdio: ['ignore', 'pipe', full],
      env: {
        CONCLAVE_PORT: '0',
        CONCLAVE_STORE: 'sqlite::memory:',
        CONCLAVE_LOG_LEVEL: 'debug',
        CONCLAVE_LOG_FORMAT: format,
      },
    });
    closeSync(full);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const api = new Api(/listening on (\S+)/.exec(line.toString())![1]!);
    expect((await api.put('/v1/groups/g/runners/a', { incarnation: crypto.randomUUID() })).status).toBe(201);
    expect((await api.put('/v1/groups/g/runners/a/taints/k', { ttlMs: 1_000 })).status).toBe(201);
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([0, null]);
  });

  it('a file that may not be larger (ulimit -f) refuses orders, and ends no server; that few may be open (ulimit -n) is said', async () => {
    const program = `"${process.execPath}" ${resolve('dist/apps/server/src/main.js')}`;
    const child = spawn('bash', ['-c', `ulimit -f 300 -n 600; exec ${program}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { CONCLAVE_PORT: '0', CONCLAVE_STORE: `sqlite:${file('limited.db')}`, CONCLAVE_LOG_LEVEL: 'warn' },
    });
    let logged = '';
    child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const api = new Api(/listening on (\S+)/.exec(line.toString())![1]!);
    const register = async (n: number) =>
      api.put(`/v1/groups/g${n}/runners/a`, { incarnation: crypto.randomUUID(), ready: true });
    let n = 0;
    const { body } = await until('it is refused', async () => {
      const answer = await register(++n);
      return answer.status !== 201 && answer;
    });
    expect(body).toMatchObject({ code: 'store-unavailable', detail: expect.stringMatching(/\(ulimit -f\)/) });
    expect((await api.get('/v1/groups/g1/leader')).body).toMatchObject({ term: 1, leader: { runner: 'a' } });
    const cli = new Cli({ CONCLAVE_URL: api.url });
    const warned = await until('it is told with what is old, and why', async () => {
      const { code, stderr } = await cli.run('groups');
      expect(code).toBe(0);
      return stderr.includes('(ulimit -f)') && stderr;
    });
    expect(warned).toMatch(/^warning: .* for \d+\.\d s; what it says may be old: .*\(ulimit -f\).*\n$/);
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([0, null]);
    expect(logged).toContain('may open 600 files, so about 500 connections');
  });

  it('an answer that does not fit on the disk is a failure, and said', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [resolve('dist/apps/cli/src/main.js'), 'complete', 'bash'], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toMatch(/^conclave: what it says cannot be written: ENOSPC.*\n$/);
  });

  it.each(['/dev/full', 'a pipe of nobody'])(
    'an agent that cannot say where it listens works (%s)',
    async (where) => {
      const server = await ServerProcess.start();
      const api = new Api(server.url);
      const full = openSync('/dev/full', 'w');
      const cli = [resolve('dist/apps/cli/src/main.js'), 'agent', '--group', 'g', '--id', 'a'];
      const agent = spawn(process.execPath, [...cli, '--listen', '127.0.0.1:0'], {
        stdio: ['ignore', where === '/dev/full' ? full : 'pipe', 'ignore'],
        env: { CONCLAVE_URL: server.url },
      });
      closeSync(full);
      agent.stdout?.destroy();
      await until('it leads', async () => (await api.get('/v1/groups/g/leader')).body.leader?.runner === 'a');
      agent.kill('SIGTERM');
      expect(await ended(agent)).toEqual([0, null]);
      await server.kill();
    },
  );

  it('nobody reads what a runner says: its work goes on, and is stopped in order', async () => {
    let server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${file('c.db')}` });
    const script = `exec 2> /dev/null; trap 'echo stopped > ${file('work')}; exit 0' TERM; echo works > ${file('work')}; while :; do sleep 0.05; done`;
    const run = new Cli({ CONCLAVE_URL: server.url }).started(
      ...['run', '--group', 'g', '--id', 'r', '--', 'bash', '-c', script],
    );
    await until('it works', () => existsSync(file('work')));
    run.stderr!.destroy();
    await server.kill('SIGKILL');
    server = await ServerProcess.start({
      CONCLAVE_STORE: `sqlite:${file('c.db')}`,
      CONCLAVE_PORT: server.port,
    });
    const api = new Api(server.url);
    const heard = async () => (await api.get('/v1/groups/g/runners')).body.runners?.[0]?.lastSeenAt as string;
    const before = await until('it is there', heard);
    await until('it beats again', async () => (await heard()) > before);
    expect(readFileSync(file('work'), 'utf8')).toBe('works\n');
    run.kill('SIGTERM');
    expect(await ended(run)).toEqual([null, 'SIGTERM']);
    expect(readFileSync(file('work'), 'utf8')).toBe('stopped\n');
    expect((await api.get('/v1/groups/g/leader')).body.state).toBe('leaderless');
    await server.kill();
  });
});
