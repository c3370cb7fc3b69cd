import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Api, Cli, inc, ServerProcess, until, wrongClock } from '@conclave/processes';
import { CONCLAVE } from './terminal.fixture.js';

let server: ServerProcess;
let api: Api;
let cli: Cli;
const conclave = async (...words: string[]) => cli.run(...words);
const rows = async (...words: string[]) => (await conclave(...words)).stdout.trim().split('\n').slice(1);
const json = async (...words: string[]) => JSON.parse((await conclave(...words, '--json')).stdout);

beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
  for (const group of ['build', 'deploy']) {
    await api.put(`/v1/groups/${group}`, { leaseMs: 600_000 });
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), ready: true });
  }
});
afterAll(() => server.kill());

describe('instants as people mean them', () => {
  it.each([
    [['history', 'deploy', '--since', '1h'], 0],
    [['history', 'deploy', '--until', '1h'], 0],
    [['tenures', 'deploy', '--since', '1h'], 0],
    [['groups', '--at', '10m'], 0],
    [['at', 'deploy', '1ms'], 0],
    [['at', 'deploy', '5m'], 3], // the group is younger
    [['diff', 'deploy', '--from', '2h'], 3],
    [['at', 'deploy', 'yesterday'], 2],
    [['at', 'deploy', '5 m'], 2],
    [['at', 'deploy', '999999d'], 2],
  ])('%j: %s', async (words, code) => expect((await conclave(...words)).code).toBe(code));

  it('look back from now', async () => {
    expect((await rows('history', 'deploy', '--since', '1h')).length).toBeGreaterThan(3);
    expect(await rows('history', 'deploy', '--until', '1h')).toEqual([]);
    expect((await conclave('at', 'deploy', 'soon')).stderr).toContain(
      'how long ago it is, like 90s, 5m, 2h or 3d',
    );
  });
});

describe('lists', () => {
  it('--limit: the last of a history, the first from a version on; of terms the last; of groups the first', async () => {
    const all = await rows('history', 'deploy');
    expect(await rows('history', 'deploy', '--limit', '2')).toEqual(all.slice(-2));
    expect(await rows('history', 'deploy', '--limit', '99')).toEqual(all);
    expect(await rows('history', 'deploy', '--from', '2', '--limit', '2')).toEqual(all.slice(1, 3));
    const registered = all.filter((row) => row.includes('\tRunnerRegistered\t'));
    expect(await rows('history', 'deploy', '--type', 'RunnerRegistered', '--limit', '1')).toEqual(
      registered.slice(-1),
    );
    expect(await rows('groups', '--limit', '1')).toEqual([expect.stringMatching(/^build\t/)]);
  });

  it('--limit with --follow: the last ones, then whatever comes', async () => {
    const child = cli.started('history', 'build', '--limit', '1', '--follow');
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await until('the last one', () => seen.includes('"b" registered'));
    await conclave('taint', 'build', 'b', 'later');
    await until('the next one', () => seen.includes('tainted later'));
    const rows = seen.trim().split('\n');
    expect([rows[0], rows.length]).toEqual(['#\ttime\twhat happened', 3]);
    child.kill('SIGKILL');
  });

  it.each([0, 3_600_000, -3_600_000])(
    '--follow with --until: what was, what comes, and its end, where the clock here is %d ms ahead of the server',
    async (aheadMs) => {
      const here = new Cli({ CONCLAVE_URL: server.url, ...wrongClock(aheadMs) });
      const told = async (untilMs: number) =>
        (await here.run('history', 'build', '--follow', '--until', new Date(untilMs).toISOString())).stdout;
      expect(await told(Date.now())).toContain('"b" registered');
      const coming = told(Date.now() + 8_000);
      await conclave('taint', 'build', 'b', `until${aheadMs}`);
      expect(await coming).toContain(`tainted until${aheadMs}`);
    },
  );

  it('columns have tabs between them in a pipe, and a reader that has had enough is no error', async () => {
    expect((await conclave('groups')).stdout.split('\n')[0]).toBe('group\tstate\tleader\tterm\tsince\twhy');
    const child = spawn('bash', ['-c', `${CONCLAVE} history deploy | true; echo \${PIPESTATUS[0]}`], {
      stdio: ['ignore', 'pipe', 'pipe'], // a socket makes it read the files of a login
      env: { PATH: process.env.PATH, CONCLAVE_URL: server.url },
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await once(child, 'close');
    expect(told).toBe('0\n');
  });
});

describe('settings', () => {
  it('take durations with units, or ms under the full name', async () => {
    expect(
      (await conclave('set', 'fresh', 'lease=20s', 'drainMs=5000', 'damping.halfLife=10m', 'twoPerson=1h'))
        .code,
    ).toBe(0);
    expect((await api.get('/v1/groups/fresh')).body.settings).toMatchObject({
      leaseMs: 20_000,
      drainMs: 5_000,
      twoPersonMs: 3_600_000,
      damping: { halfLifeMs: 600_000 },
    });
    expect((await conclave('group', 'fresh')).stdout).toMatch(
      /^settings: strategy oldest, .*lease 20s, .*drain 5s, .*twoPerson 1h, damping on, damping.halfLife 10m/m,
    );
  });

  it.each([['lease=20'], ['leaseMs=soon'], ['leas=20s'], ['lease'], ['damping=maybe']])(
    '%s is a usage error that changes nothing',
    async (pair) => {
      const { version } = (await api.get('/v1/groups/build')).body;
      expect(await conclave('set', 'build', 'drain=1s', pair)).toMatchObject({ code: 2, stdout: '' });
      expect((await api.get('/v1/groups/build')).body.version).toBe(version);
    },
  );

  it('are listed with what they are, their bounds and their meaning', async () => {
    const told = await conclave('set', 'deploy');
    expect(told.stdout).toMatch(/^setting\tis\tdefault\tbounds\tmeaning\n/);
    expect(told.stdout).toMatch(/^lease\t10m\t15s\t500ms to 10m\twhat a heartbeat grants$/m);
    expect((await json('set')).map((one: any) => one.name)).toEqual(
      expect.arrayContaining(['strategy', 'leaseMs', 'twoPersonMs', 'damping.suppressAt']),
    );
  });
});

describe('transfer --wait', () => {
  it('ends when the new one leads', async () => {
    await api.put('/v1/groups/moved', { leaseMs: 600_000 });
    for (const id of ['a', 'b'])
      await api.put('/v1/groups/moved/runners/' + id, { incarnation: inc(id), ready: true });
    const waiting = conclave('transfer', 'moved', '--to', 'b', '--wait');
    await until(
      'it is asked for',
      async () => (await api.get('/v1/groups/moved/leader')).body.state === 'handover',
    );
    await api.post('/v1/groups/moved/runners/a/release', { incarnation: inc('a'), term: 1 });
    expect(await waiting).toMatchObject({ code: 0, stdout: expect.stringMatching(/transfer completed/) });
  });

  it('fails with why if it ends otherwise, or only waits for a second person', async () => {
    const waiting = conclave('transfer', 'moved', '--to', 'a', '--wait');
    await until(
      'it is asked for',
      async () => (await api.get('/v1/groups/moved/leader')).body.state === 'handover',
    );
    await api.put('/v1/groups/moved/runners/a/taints/disk', {});
    await api.post('/v1/groups/moved/runners/b/release', { incarnation: inc('b'), term: 2 });
    expect(await waiting).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/nothing came of it: transfer/),
    });
    await api.delete('/v1/groups/moved/runners/a/taints/disk');
    await api.put('/v1/groups/moved', { twoPersonMs: 3_600_000 });
    const { runner } = (await api.get('/v1/groups/moved/leader')).body.leader;
    const words = ['transfer', 'moved', '--to', runner === 'a' ? 'b' : 'a', '--force', '--wait'];
    expect(await conclave(...words)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('conclave approve moved'),
    });
  });
});

describe('--json', () => {
  it.each([
    [['leader', 'nobody'], 3, 'group-unknown'],
    [['taint', 'deploy', 'a', 'k', '--if-term', '9'], 3, 'term-stale'],
    [['taint', 'deploy'], 2, 'usage'],
    [['nonsense'], 2, 'usage'],
    [['set', 'deploy', 'lease=20'], 2, 'usage'],
    [['at', 'deploy', 'soon'], 2, 'usage'],
    [['groups', '--url', 'http://127.0.0.1:1'], 4, 'unreachable'],
    [['export', 'x.ndjson', '--store', 'sqlite:/nonexistent/x.db'], 3, 'refused'],
  ])('%j: an error is one object on stderr, with exit code %i and code %s', async (words, exitCode, code) => {
    const { code: exited, stdout, stderr } = await conclave(...words, '--json');
    expect({ exited, stdout }).toEqual({ exited: exitCode, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ code, exitCode, detail: expect.stringMatching(/./) });
  });

  it('what is true now comes with a refusal', async () => {
    const { stderr } = await conclave('taint', 'deploy', 'a', 'k', '--if-term', '9', '--json');
    expect(JSON.parse(stderr)).toMatchObject({ current: { term: 1, leader: { runner: 'a' } } });
  });
});
