import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, freePorts, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const directory = mkdtempSync(join(tmpdir(), 'conclave-run-'));
const file = (name: string) => join(directory, name);
const ended = async (child: ChildProcess): Promise<unknown[]> =>
  child.exitCode === null && child.signalCode === null
    ? once(child, 'exit')
    : [child.exitCode, child.signalCode];
let server: ServerProcess;
let api: Api;
let cli: Cli;
const runners = async (group: string) =>
  ((await api.get(`/v1/groups/${group}/runners`)).body.runners ?? []) as any[];

beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url });
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('conclave run', () => {
  it('--once passes on how the program ended, and leaves no member without a name behind', async () => {
    const run = async (script: string) =>
      (await cli.run('run', '--group', 'once', '--once', '--', 'sh', '-c', script)).code;
    expect(await run('exit 0')).toBe(0);
    expect(await run('exit 7')).toBe(7);
    expect(await run('kill -9 $$')).toBe(137);
    expect(await runners('once')).toEqual([]);
  });

  it('names the server that is not there, and no other', async () => {
    const [port] = await freePorts(1);
    const away = `http://127.0.0.1:${port}`;
    const asking = new Cli({ CONCLAVE_URL: `${away},${server.url}` });
    const { code, stderr } = await asking.run('run', '--group', 'either', '--once', '--', 'true');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`conclave: ${away} was not reached: ECONNREFUSED; trying on\n`),
    ]);
    expect(stderr).not.toContain(server.url);
  });

  it('a server that says why in two ways, in turn, is told of twice and not for ever', async () => {
    let asked = 0;
    const refusing = createServer((request, response) => {
      const says = (status: number, type: string, body: object) =>
        response
          .writeHead(status, { 'content-type': `application/${type}`, connection: 'close' })
          .end(JSON.stringify(body));
      if (request.url === '/healthz')
        return void says(200, 'json', { status: 'ok', instance: inc('x'), version: '0.1.0' });
      const detail = `another log, ${['as it stands there', 'and nobody has looked'][asked++ % 2]}`;
      const code = 'log-replaced';
      const type = `/docs/problems#${code}`;
      says(503, 'problem+json', { type, title: 'no', status: 503, detail, code, instance: inc('x') });
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    const child = new Cli({ CONCLAVE_URL: url }).started('run', '--group', 'g', '--id', 'r', '--', 'true');
    let told = '';
    child.stderr!.on('data', (piece: Buffer) => (told += piece.toString()));
    await until('it has asked some more', () => asked > 6);
    child.kill('SIGTERM');
    await ended(child);
    refusing.close();
    expect(told.match(/another log, as it stands there; trying on\n/g)).toHaveLength(1);
    expect(told.match(/another log, and nobody has looked; trying on\n/g)).toHaveLength(1);
  });

  it('--once: a program that cannot be run is told last, and leaves no member behind; what is piped in is its input', async () => {
    const failed = await cli.run('run', '--group', 'none', '--once', '--json', '--', '/nonexistent');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stderr.trim().split('\n').at(-1)!)).toMatchObject({
      code: 'failed',
      exitCode: 1,
    });
    expect(await runners('none')).toEqual([]);
    const line = [
      process.execPath,
      'dist/apps/cli/src/main.js',
      'run',
      '--group',
      'fed',
      '--once',
      '--',
      'cat',
    ];
    const fed = spawnSync('sh', ['-c', 'printf "one\ntwo\n" | "$0" "$@"', ...line], {
      env: { ...process.env, CONCLAVE_URL: server.url },
    });
    expect([fed.status, fed.stdout.toString()]).toEqual([0, 'one\ntwo\n']);
  });

  it('a group that was deleted ends it', async () => {
    await api.put('/v1/groups/gone', {});
    const archived = await cli.run('delete', 'gone', '--out', directory, '--yes', '--reason', 'over');
    expect(archived.code).toBe(0);
    const { code, stderr } = await cli.run('run', '--group', 'gone', '--id', 'r', '--', 'true');
    expect([code, stderr]).toEqual([3, expect.stringContaining('group-deleted: group "gone" was deleted')]);
    expect(stderr).not.toContain('trying on');
  });

  it('--once: a lead that is lost before the program has ended is a failure', async () => {
    const child = cli.started('run', '--group', 'lost', '--id', 'r', '--once', '--', 'sleep', '1000');
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('it knows that it leads', () => said.includes('r leading'));
    await api.put('/v1/groups/lost/runners/r/taints/out', {});
    expect(await ended(child)).toEqual([1, null]);
    expect(said).toContain('the lead was revoked before the command ended');
  });

  it('--once: a signal stops the program, then this process as it would have without it', async () => {
    const child = cli.started('run', '--group', 'signal', '--once', '--', 'sleep', '1000');
    await until('it leads', async () => (await api.get('/v1/groups/signal/leader')).body.state === 'led');
    child.kill('SIGINT');
    expect(await ended(child)).toEqual([null, 'SIGINT']);
    expect(await runners('signal')).toEqual([]);
  });

  it.each([['--once'], []])(
    'Ctrl-C again: what does not stop is killed, and nobody waits for it %s',
    async (...more) => {
      const group = `hard${more.length}`;
      const script = `trap "" TERM INT; echo $$ > ${file(group)}; while :; do sleep 1; done`;
      const child = cli.started('run', '--group', group, '--grace', '1h', ...more, '--', 'sh', '-c', script);
      await until('it works', () => existsSync(file(group)) && readFileSync(file(group), 'utf8') !== '');
      const end = ended(child);
      const pressing = setInterval(() => child.kill('SIGINT'), 300);
      expect(await end).toEqual([null, 'SIGINT']);
      clearInterval(pressing);
      const pid = readFileSync(file(group), 'utf8').trim();
      await until('the program is gone', () => !existsSync(`/proc/${pid}`));
    },
  );

  it('labels, priority, a certificate that is there while it leads and only then', async () => {
    await api.put('/v1/groups/shown', { leaseMs: 1_500 });
    const path = file('term.jws');
    const words = [
      '--label',
      'zone=a',
      '--label',
      'rack=7=b',
      '--priority',
      '-5',
      '--certificate-file',
      path,
    ];
    const script = `cat "$CONCLAVE_CERTIFICATE_FILE" > ${file('first')}; sleep 1000`;
    const child = cli.started('run', '--group', 'shown', '--id', 'r', ...words, '--', 'sh', '-c', script);
    await until(
      'the program has read it',
      () => existsSync(file('first')) && readFileSync(file('first')).length > 0,
    );
    const first = readFileSync(file('first'), 'utf8');
    const payload = JSON.parse(Buffer.from(first.split('.')[1]!, 'base64url').toString());
    expect(JSON.stringify(payload)).toContain('"shown"');
    await until('a later grant', () => existsSync(path) && readFileSync(path, 'utf8') !== first);
    expect(await runners('shown')).toMatchObject([{ labels: { zone: 'a', rack: '7=b' }, priority: -5 }]);
    child.kill('SIGTERM');
    await ended(child);
    expect(existsSync(path)).toBe(false);
  });

  it('a certificate of another that ends in a year, by a clock that is ahead, is not over yet', async () => {
    await api.put('/v1/groups/ahead', {});
    await api.put('/v1/groups/ahead/pause', { reason: 'nobody is to lead' });
    const path = file('another.jws');
    const exp = Math.floor(Date.now() / 1_000) + 365 * 86_400;
    const another = ['{}', JSON.stringify({ exp }), 'signature'].map((part) => Buffer.from(part));
    writeFileSync(path, another.map((part) => part.toString('base64url')).join('.'));
    const child = cli.started('run', '--group', 'ahead', '--certificate-file', path, '--', 'true');
    let told = '';
    child.stderr!.on('data', (piece: Buffer) => (told += piece.toString()));
    await until('it stands by', () => told.includes('standby'));
    child.kill('SIGTERM');
    await ended(child);
    expect(existsSync(path)).toBe(true);
    expect(told).not.toContain('Warning');
  });

  it('a certificate that cannot be kept is told once, and kept when it can be', async () => {
    await api.put('/v1/groups/unkept', { leaseMs: 1_500 });
    const [folder, path] = [file('unkept'), file('unkept/term.jws')];
    mkdirSync(folder);
    const words = [
      'run',
      '--group',
      'unkept',
      '--id',
      'r',
      '--certificate-file',
      path,
      '--',
      'sleep',
      '1000',
    ];
    const child = cli.started(...words);
    let told = '';
    child.stderr!.on('data', (piece: Buffer) => (told += piece.toString()));
    await until('it is kept', () => existsSync(path));
    rmSync(folder, { recursive: true });
    const seen = new Set<string>();
    await until('it was granted some more', async () => {
      const [{ lastSeenAt }] = await runners('unkept');
      return seen.add(lastSeenAt as string).size > 4;
    });
    mkdirSync(folder);
    await until('it is kept again', () => existsSync(path));
    child.kill('SIGTERM');
    await ended(child);
    expect(told.match(/the certificate cannot be kept, trying again: ENOENT/g)).toHaveLength(1);
  });

  it('two in one folder have two ids, and a restart has the same one again', async () => {
    const started = () => cli.started('run', '--group', 'pair', '--', 'sleep', '1000');
    const ids = async () => (await runners('pair')).map(({ runner }) => runner as string);
    const one = started();
    await until('one', async () => (await ids()).length === 1);
    const two = started();
    await until('two', async () => (await ids()).length === 2);
    const [first, second] = (await ids()) as [string, string];
    expect(second).toBe(`${first}-2`);
    one.kill('SIGKILL');
    await ended(one);
    const again = started();
    await until('it is back', async () => {
      const { events } = (await api.get('/v1/groups/pair/history?type=RunnerRestarted')).body;
      return events.some(({ data }: any) => data.runner === first);
    });
    expect(await ids()).toEqual([first, second]);
    for (const child of [two, again]) {
      child.kill('SIGTERM');
      await ended(child);
    }
  });

  it.each([
    [['--label', 'zone'], 'Write it as name=value'],
    [['--label', 'a\\=x'], 'no server takes that'],
    [['--label', 'a=b', '--label', 'a=c'], 'The label "a" is given twice.'],
    [['--priority', 'high'], 'Take a whole number'],
    [['--certificate-file', '/nonexistent/x'], 'there is no folder "/nonexistent"'],
    [['--certificate-file', process.cwd()], 'is a folder'],
    [['--certificate-file', '/proc/term.jws'], '--certificate-file: ENOENT'], // nobody may write there
  ])('%j is a usage error', async (words, problem) => {
    expect(await cli.run('run', '--group', 'bad', ...words, '--', 'true')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(problem),
    });
    expect((await api.get('/v1/groups/bad')).status).toBe(404);
  });
});
