import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Api,
  Cli,
  inc,
  LossyProxy,
  RunnerProcess,
  ServerProcess,
  until,
  dropFolder,
} from '@conclave/processes';

let server: ServerProcess;
let api: Api;
let cli: Cli;
const directory = mkdtempSync(join(tmpdir(), 'conclave-rollout-'));
const runners: RunnerProcess[] = [];
const log = join(directory, 'log');
const store = `sqlite:${join(directory, 'c.db')}`;
const order = () => readFileSync(log, 'utf8').trim().split('\n');
const GOES_ON = /does not answer.*The rollout stopped\. The same command with --id v3 goes on/;
/** Shell. */
const whileAbsent = (file: string) => `while ! test -e ${file}; do sleep 0.1; done`;
const elections = async (group: string) =>
  (await api.get(`/v1/groups/${group}/history?type=LeaderElected`)).body.events.length as number;

beforeAll(async () => {
  server = await ServerProcess.start({ CONCLAVE_STORE: store });
  api = new Api(server.url);
  cli = new Cli({ CONCLAVE_URL: server.url });
});
afterAll(async () => {
  await Promise.all(runners.map((r) => r.kill()));
  await server.kill();
  dropFolder(directory);
});

async function ready(group: string, ...ids: string[]): Promise<void> {
  await api.put(`/v1/groups/${group}`, { leaseMs: 15_000, heartbeatMs: 300 });
  for (const [index, id] of ids.entries()) {
    runners.push(new RunnerProcess(server.url, group, id));
    await until(
      `${id} is active`,
      async () => (await api.get(`/v1/groups/${group}`)).body.runners?.active === index + 1,
    );
  }
}

describe('conclave rollout', () => {
  it('upgrades standbys, then the leader, with one change of leader; stops at the first failure and resumes', async () => {
    await ready('deploy', 'a', 'b', 'c');
    const command = ['sh', '-c', `echo {runner} >> ${log}; test {runner} != c -o -e ${directory}/mended`];
    const failed = await cli.run('rollout', 'deploy', '--id', 'v2', '--', ...command);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the command for "c" failed \(exit 1\).*--id v2/),
    });
    expect(order()).toEqual(['b', 'c']);
    const { body } = await api.get('/v1/groups/deploy/runners');
    expect(body.runners.map((r: any) => r.taints.map((t: any) => [t.key, t.reason]))).toEqual([
      [],
      [],
      [['rollout', 'rollout v2']],
    ]); // whoever failed stays out
    expect(await elections('deploy')).toBe(1);
    writeFileSync(join(directory, 'mended'), '');
    const resumed = await cli.run('rollout', 'deploy', '--id', 'v2', '--', ...command);
    expect(resumed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/b done before[\s\S]*complete: 3 runners; "b" leads/),
    });
    expect(order()).toEqual(['b', 'c', 'c', 'a']);
    expect(await elections('deploy')).toBe(2);
    expect((await api.get('/v1/groups/deploy/runners')).body.runners.flatMap((r: any) => r.taints)).toEqual(
      [],
    );
    // nothing left to do
    expect(await cli.run('rollout', 'deploy', '--id', 'v2', '--', ...command)).toMatchObject({ code: 0 });
    expect(order()).toHaveLength(4);
  });

  it('--restarts waits for a new process of each runner', async () => {
    await ready('again', 'x', 'y');
    const running = cli.run(
      'rollout',
      'again',
      '--restarts',
      '--',
      'sh',
      '-c',
      'echo {runner} >> ' + join(directory, 'again'),
    );
    for (const id of ['y', 'x']) {
      await until(`${id} is being upgraded`, () => {
        try {
          return readFileSync(join(directory, 'again'), 'utf8').includes(id);
        } catch {
          return false;
        }
      });
      await runners.find((r) => r.id === id)!.kill('SIGTERM');
      runners.push(new RunnerProcess(server.url, 'again', id));
    }
    expect(await running).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('complete: 2 runners; "y" leads'),
    });
    expect(await elections('again')).toBe(2);
  });

  it('refuses to leave a group leaderless unless told to; a command without {runner} is a usage error', async () => {
    await ready('alone', 'only');
    expect(await cli.run('rollout', 'alone', '--', 'true', '{runner}')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nobody could lead while "only" is upgraded'),
    });
    expect(await cli.run('rollout', 'alone', '--leaderless', '--', 'true', '{runner}')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('complete: 1 runners'),
    });
    await until(
      'it leads again',
      async () => (await api.get('/v1/groups/alone/leader')).body.leader?.runner === 'only',
    );
    await api.put('/v1/groups/alone/pause', {});
    expect(await cli.run('rollout', 'alone', '--leaderless', '--', 'true', '{runner}')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('elections are paused by'),
    });
    expect((await api.get('/v1/groups/alone/runners')).body.runners[0].taints).toEqual([]);
    expect(await cli.run('rollout', 'alone', '--', 'true')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('{runner}'),
    });
    await api.put('/v1/groups/silent/runners/never', { incarnation: inc('never') });
    expect(await cli.run('rollout', 'silent', '--', 'true', '{runner}')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/skipped, not active: never \(pending\)\n.*nothing was upgraded/),
    });
    expect(await cli.run('rollout', 'none', '--', 'true', '{runner}')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('group-unknown'),
    });
  });

  it('a server that restarts is waited for; the command is not run again', async () => {
    await ready('patient', 'p', 'q');
    const ran = join(directory, 'patient');
    const command = ['sh', '-c', `echo {runner} >> ${ran}; ${whileAbsent(`${ran}.killed`)}`];
    const child = cli.started('rollout', 'patient', '--', ...command);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the first command runs', () => existsSync(ran));
    await server.kill('SIGKILL');
    writeFileSync(`${ran}.killed`, '');
    await until('it says so', () => said.includes('Waiting for it'));
    server = await ServerProcess.start({ CONCLAVE_STORE: store, CONCLAVE_PORT: server.port });
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(said).toMatch(/does not answer[\s\S]*Waiting for it[\s\S]*complete: 2 runners/);
    expect(readFileSync(ran, 'utf8').trim().split('\n').sort()).toEqual(['p', 'q']);
  });

  it('one that does not come back ends it, and it says how it goes on', async () => {
    await ready('gone', 'n', 'o');
    const ran = join(directory, 'gone');
    const command = ['sh', '-c', `echo {runner} >> ${ran}; ${whileAbsent(`${ran}.killed`)}`];
    const child = cli.started('rollout', 'gone', '--id', 'v3', '--timeout', '2s', '--', ...command);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the command runs', () => existsSync(ran));
    await server.kill('SIGKILL');
    writeFileSync(`${ran}.killed`, '');
    expect((await once(child, 'close'))[0]).toBe(4);
    expect(said).toMatch(GOES_ON);
    server = await ServerProcess.start({ CONCLAVE_STORE: store, CONCLAVE_PORT: server.port });
  });

  it('so does one that goes between the end of a command and what is said of it', async () => {
    await ready('late', 'g', 'h');
    let claims = 0;
    const isLost = ({ method, url }: { method?: string; url?: string }) =>
      (method === 'PUT' && url!.endsWith('/taints/rollout-runs') && ++claims > 1) || claims > 1;
    const proxy = await LossyProxy.before(server.url, isLost, Infinity);
    const { code, stderr } = await new Cli({ CONCLAVE_URL: proxy.url }).run(
      ...['rollout', 'late', '--id', 'v3', '--timeout', '2s', '--', 'true', '{runner}'],
    );
    proxy.close();
    expect([code, stderr]).toEqual([4, expect.stringMatching(GOES_ON)]);
    expect(stderr.match(/goes on/g)).toHaveLength(1);
  });

  it('what another rollout left is not taken over; told to end, it ends the command, too', async () => {
    await ready('left', 'l', 'm');
    for (const id of ['l', 'm'])
      await api.put(`/v1/groups/left/runners/${id}/taints/rollout`, { reason: 'rollout v1' });
    const ran = join(directory, 'left');
    const command = ['sh', '-c', `echo {runner} $$ >> ${ran}; exec sleep 1000`];
    expect(await cli.run('rollout', 'left', '--id', 'v2', '--', ...command)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /"(.)" is tainted rollout by .*: rollout v1.*conclave untaint left \1 rollout/,
      ),
    });
    expect(existsSync(ran)).toBe(false);
    const child = cli.started('rollout', 'left', '--id', 'v1', '--', ...command);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the command runs', () => existsSync(ran) && readFileSync(ran, 'utf8').endsWith('\n'));
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said).toMatch(/the command for "[lm]" failed \(SIGTERM\).*--id v1 goes on/);
    const pid = Number(readFileSync(ran, 'utf8').split(' ')[1]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('told to end it begins no further runner, whatever its command makes of that; --json is JSON alone', async () => {
    await ready('ends', 'v', 'w');
    const ran = join(directory, 'ends');
    const script = `trap 'echo told >> ${ran}; exit 0' TERM; echo {runner} >> ${ran}; sleep 1000 & wait`;
    const child = cli.started('rollout', 'ends', '--id', 'v1', '--', 'sh', '-c', script);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the command runs', () => existsSync(ran));
    child.kill('SIGTERM');
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said).toMatch(/w done\n.*it was told to end \(SIGTERM\).*--id v1 goes on/);
    expect(readFileSync(ran, 'utf8')).toBe('w\ntold\n');
    const { stdout, stderr } = await cli.run(
      'rollout',
      'ends',
      '--id',
      'v1',
      '--json',
      '--',
      'sh',
      '-c',
      'echo up {runner}',
    );
    expect(JSON.parse(stdout)).toMatchObject({ group: 'ends', runners: ['w', 'v'] });
    expect(stderr).toContain('up v\n');
  });

  it('only one is at work in a group, of this id or of another; one that was killed is followed', async () => {
    await ready('twice', 's', 't', 'u');
    const ran = join(directory, 'twice');
    const text = `echo $$ > ${ran}.pid; echo {runner} >> ${ran}; ${whileAbsent(`${ran}.done`)}`;
    const command = ['sh', '-c', text];
    const first = cli.started('rollout', 'twice', '--id', 'v1', '--', ...command);
    await until('the command runs', () => existsSync(ran));
    for (const id of ['v1', 'v2'])
      expect(await cli.run('rollout', 'twice', '--id', id, '--', ...command)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(
          /another rollout of "twice" is at work \(rollout v1, process \d+ on .*go on after 20/,
        ),
      });
    first.kill('SIGKILL');
    const pid = readFileSync(`${ran}.pid`, 'utf8').trim();
    const line = `/proc/${pid}/cmdline`; // empty of whoever is dead and waits for init to take note of it
    await until('its command is ended', () => !existsSync(line) || readFileSync(line, 'utf8') === '');
    writeFileSync(`${ran}.done`, '');
    await api.delete('/v1/groups/twice/runners/t/taints/rollout-runs'); // it ends by itself after a minute
    expect(await cli.run('rollout', 'twice', '--id', 'v1', '--', ...command)).toMatchObject({ code: 0 });
    expect(readFileSync(ran, 'utf8').trim().split('\n')).toEqual(['t', 't', 'u', 's']);
    const { body } = await api.get('/v1/groups/twice/runners');
    expect(body.runners.flatMap((r: any) => r.taints)).toEqual([]);
  });

  it('one that another one took for dead leaves the runner to that one', async () => {
    await ready('dead', 'v', 'w');
    const ran = join(directory, 'dead');
    const command = ['sh', '-c', `echo {runner} >> ${ran}; ${whileAbsent(`${ran}.done`)}`];
    const first = cli.run('rollout', 'dead', '--id', 'v1', '--', ...command);
    await until('the command runs', () => existsSync(ran));
    const claim = '/v1/groups/dead/runners/w/taints/rollout-runs';
    await api.put(claim, { effect: 'PreferNoLead', reason: 'rollout v1, another process', ttlMs: 60_000 });
    writeFileSync(`${ran}.done`, '');
    expect(await first).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /another rollout of "dead" is at work .*another process.*--id v1 goes on/,
      ),
    });
    const { body } = await api.get('/v1/groups/dead/runners');
    expect(body.runners.flatMap((r: any) => r.taints.map((t: any) => [r.runner, t.key]))).toEqual([
      ['w', 'rollout'],
      ['w', 'rollout-runs'],
    ]);
  });

  it('of two that begin at once one goes on, and every command runs once', async () => {
    await ready('race', 'd', 'e', 'f');
    const ran = join(directory, 'race');
    const both = await Promise.all(
      [1, 2].map(async () =>
        cli.run('rollout', 'race', '--id', 'v1', '--', 'sh', '-c', `echo {runner} >> ${ran}; sleep 0.5`),
      ),
    );
    expect(both.map(({ code }) => code).sort()).toEqual([0, 3]);
    expect(readFileSync(ran, 'utf8').trim().split('\n')).toEqual(['e', 'f', 'd']);
  });

  it('says at the start that a pin which prefers a runner has it lead again: a second change', async () => {
    await ready('preferred', 'a', 'b');
    const ana = { 'x-conclave-actor': 'ana' };
    await api.put('/v1/groups/preferred/pin', { runner: 'a', mode: 'prefer', reason: 'fast disk' }, ana);
    const before = await elections('preferred');
    const done = await cli.run('rollout', 'preferred', '--', 'true', '{runner}');
    expect(done).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /"a" leads whenever it can \(pinned by ana\).*second change.*conclave unpin preferred/,
      ),
    });
    await until('it leads again', async () => (await elections('preferred')) === before + 2);
  });
});
