import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@conclave/event-store-sqlite';
import { Runner } from '@conclave/runner-sdk';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { collect } from '@conclave/testing';

// A group that is deleted under a real server: its history is in a file, and it never comes back.

const directory = mkdtempSync(join(tmpdir(), 'conclave-delete-'));
const file = (name: string) => join(directory, name);
const database = file('conclave.db');
const store = ['--store', `sqlite:${database}`];
let server: ServerProcess;
let api: Api;
let cli: Cli;
const start = async (): Promise<void> => {
  server = await ServerProcess.start({ CONCLAVE_STORE: `sqlite:${database}` }, directory);
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
};
const remove = async (...more: string[]) =>
  cli.run('delete', 'deploy', '--out', directory, '--reason', 'moved to "build"', ...more);
const left = async (): Promise<string[]> => {
  const opened = await SqliteEventStore.open(database);
  const found = await collect(opened.read('group-deploy'));
  await opened.close();
  if (found.length === 2) expect(JSON.stringify(found)).not.toContain('bob'); // only who deleted it is named for ever
  return found.map(({ type }) => type);
};
const archives = () => readdirSync(directory).filter((name) => name.endsWith('.archive.ndjson'));
const GONE = {
  status: 410,
  body: {
    code: 'group-deleted',
    detail: expect.stringMatching(/^group "deploy" was deleted at 2.*Z \(by claimed:ana: moved to "build"\)/),
  },
};
const register = async (runner: string, group = 'deploy') =>
  api.put(`/v1/groups/${group}/runners/${runner}`, { incarnation: inc(runner), ready: true });

let version: number;
let explained: string;

beforeAll(async () => {
  await start();
  for (const group of ['build', 'deploy']) await api.put(`/v1/groups/${group}`, { leaseMs: 600_000 }); // nobody beats here
  await register('x', 'build');
  for (const runner of ['a', 'b']) await register(runner);
});
afterAll(async () => {
  await server.kill();
  dropFolder(directory);
});

describe('conclave delete', () => {
  it('is refused while somebody leads or is active, and says who has to go', async () => {
    for (const more of [['--dry-run'], []])
      expect(await remove(...more)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/group-in-use: runner "a" holds term 1 .*Stop it first/),
      });
    await api.delete(`/v1/groups/deploy/runners/a?incarnation=${inc('a')}`);
    await api.delete(`/v1/groups/deploy/runners/b?incarnation=${inc('b')}`);
    const reason = 'what bob alone knew';
    await api.put('/v1/groups/deploy/pause', { reason }, { 'x-conclave-actor': 'bob' });
    await register('b');
    expect(await remove()).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/these runners are active: b\. Stop or deregister them first/),
    });
    await cli.run('deregister', 'deploy', 'b');
    expect(await cli.run('delete', 'deploy')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    });
  });

  it('says what would happen, and lets nobody delete with an archive that is not whole', async () => {
    ({ version } = (await api.get('/v1/groups/deploy')).body);
    explained = (await cli.run('explain', 'deploy', '--term', '1', '--json')).stdout;
    expect(await remove('--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/history up to version \d+ [^]* sealed by ana[^]*group deleted by ana/),
    });
    const body = (await api.get('/v1/groups/deploy/archive')).body as string;
    const { sha256: digest } = JSON.parse(body.trimEnd().split('\n').at(-1)!);
    const order = { upTo: version, digest, reason: 'x' };
    const asked = async (change: object) => api.post('/v1/groups/deploy/delete', { ...order, ...change });
    expect((await asked({ digest: 'a'.repeat(64) })).body.code).toBe('archive-differs');
    expect((await asked({ reason: undefined })).body.code).toBe('invalid-request');
    expect((await asked({ upTo: version + 1 })).status).toBe(400);
    await api.put('/v1/groups/deploy', { leaseMs: 500_000 });
    expect((await asked({})).body).toMatchObject({
      code: 'version-conflict',
      detail: expect.stringContaining(`the archive ends with version ${version}`),
    });
    version++;
    expect((await api.get('/v1/groups/deploy')).body.version).toBe(version);
  });

  it('killed right behind it: the log has let go of all but the tombstone after the next start', async () => {
    const watch = await fetch(`${server.url}/v1/groups/deploy/watch`);
    const deleted = await remove();
    const news = await watch.text(); // it ends
    await server.kill('SIGKILL');
    expect(deleted).toMatchObject({
      code: 0,
      stdout: `deploy is deleted; its ${version} events up to version ${version} are kept in ${file(`deploy-${version}.archive.ndjson`)}\n`,
    });
    expect(news).toContain('"state":"deleted"');
    await start();
    let round = 0;
    await until('it is gone', async () => {
      // each round gives the server more time to come to it
      for (let n = 0; n < 100 * round; n++) await api.get('/healthz');
      round++;
      await server.kill('SIGTERM');
      const types = await left();
      await start();
      return types.join() === 'HistorySealed,GroupDeleted';
    });
  });

  const expectGone = async (): Promise<void> => {
    for (const path of [
      '',
      '/leader',
      '/runners',
      '/history',
      '/at?version=1',
      '/tenures',
      '/archive',
      '/watch',
    ])
      expect({ path, ...(await api.get(`/v1/groups/deploy${path}`)) }).toMatchObject({ path, ...GONE });
    for (const path of ['/explain', '/elections', '/evidence', '/report', '/proof?version=1'])
      expect({ path, ...(await api.get(`/v1/groups/deploy${path}`)) }).toMatchObject({ path, ...GONE });
    expect(await api.get('/v1/groups/deploy/fence?runner=a&term=1')).toMatchObject(GONE);
    expect(await register('c')).toMatchObject(GONE);
    expect(await api.put('/v1/groups/deploy', {})).toMatchObject(GONE);
    expect(await remove()).toMatchObject({ code: 3, stderr: expect.stringContaining('group-deleted') });
    const beat = { incarnation: inc('b'), sequence: 99 };
    expect(await api.post('/v1/groups/deploy/runners/b/heartbeat', beat)).toMatchObject(GONE);
    const session = `/v1/groups/deploy/runners/b/session?incarnation=${inc('b')}`;
    expect(await api.get(session)).toMatchObject(GONE);
    const groups = (await api.get('/v1/groups')).body.groups as { group: string }[];
    expect(groups.map(({ group }) => group)).toEqual(['build']);
    const then = (await api.get(`/v1/at?time=${new Date().toISOString()}`)).body;
    expect([then.groups.length, then.sealed]).toEqual([1, []]);
    expect((await api.get('/v1/tenures')).body.groups).toHaveLength(1);
    expect((await api.get('/metrics')).body).toMatch(/conclave_groups\{state="leaderless".*\} 0/);
    // the log still knows it
    expect((await api.get('/v1/groups/deploy/verify')).body).toMatchObject({ ok: true, events: 2 });
    expect((await api.get('/v1/verify')).body).toMatchObject({ ok: true, groups: [{}, { group: 'deploy' }] });
    expect((await api.get('/v1/head')).body.groups).toBe(2);
  };

  it('it is gone for everybody, after a start from the log too; others go on', async () => {
    await expectGone();
    await server.kill('SIGKILL');
    for (const name of readdirSync(directory)) if (name.includes('snapshot')) rmSync(file(name));
    await start();
    await expectGone();
    expect((await api.get('/v1/groups/build')).body).toMatchObject({ term: 1, leader: { runner: 'x' } });
  });

  it('a runner that comes for it is told so, and ends without having worked', async () => {
    const runner = new Runner({ url: server.url, group: 'deploy', id: 'late', signals: [] });
    let worked = 0;
    await expect(runner.lead(async () => void worked++)).rejects.toMatchObject({
      code: 'group-deleted',
      message: expect.stringMatching(/^group "deploy" was deleted at/),
    });
    expect([worked, runner.mayProcess(), runner.term]).toEqual([0, false, null]);
    await runner.stop();
  });

  it('its archives, without the rest, are asked alone: the refusal says how', async () => {
    const asked = ['explain', 'deploy', '--term', '1', '--json'];
    const alone = /group-deleted.* in archives\. Ask them alone, with --file \S+ in place of/;
    const newest = file(`deploy-${version}.archive.ndjson`);
    for (const given of [asked, asked.slice(0, -1), ['history', 'deploy'], ['verify', 'deploy']])
      expect(await cli.run(...given, '--archive', newest)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(alone),
      });
    expect((await cli.run(...asked, '--file', newest)).stdout).toBe(explained);
    const told = await cli.run('history', 'deploy', '--limit', '1', '--file', newest);
    expect(told.stdout).toContain(`${version}\t`);
  });

  describe('offline', () => {
    const archive: string[] = [];
    beforeAll(async () => {
      await server.kill('SIGTERM');
      archive.push(
        '--archive',
        file(archives().find((name) => name === `deploy-${version}.archive.ndjson`)!),
      );
    });

    it('what is left verifies, and the whole does with the archive, which still answers', async () => {
      expect(await cli.run('verify', ...store)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^ok/),
      });
      const whole = await cli.run('verify', 'deploy', ...store, ...archive);
      expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(`^ok: ${version + 2} events`) });
      const asked = await cli.run('explain', 'deploy', '--term', '1', '--json', ...store, ...archive);
      expect(asked.stdout).toBe(explained);
      const own = await cli.run('explain', 'deploy', '--term', '1', '--json', '--file', archive[1]!);
      expect(own.stdout).toBe(explained);
    });

    it('an export is imported as it is: the group is still deleted', async () => {
      const [out, again] = [file('log.ndjson'), file('again.ndjson')];
      const copy = `sqlite:${file('copy.db')}`;
      expect(await cli.run('export', out, ...store)).toMatchObject({ code: 0 });
      expect(await cli.run('verify', '--file', out, ...archive)).toMatchObject({ code: 0 });
      expect(await cli.run('import', out, '--store', copy)).toMatchObject({ code: 0 });
      expect(await cli.run('export', again, '--store', copy)).toMatchObject({ code: 0 });
      const copied = await ServerProcess.start({ CONCLAVE_STORE: copy });
      const there = new Api(copied.url);
      const registered = await there.put('/v1/groups/deploy/runners/c', { incarnation: inc('c') });
      const listed = (await there.get('/v1/groups')).body.groups as object[];
      await copied.kill();
      expect([registered, listed.length]).toMatchObject([GONE, 1]);
    });
  });
});
