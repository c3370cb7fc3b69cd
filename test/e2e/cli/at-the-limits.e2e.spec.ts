import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, inc, ServerProcess, dropFolder } from '@conclave/processes';

// What the documented limits allow is shown and told like anything smaller.

const NAME = `${'anastasia.maria+ops@'.repeat(7).slice(0, 119)}.example`;
const text = (one: string) =>
  Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`l${n}`, one.repeat(250)]));
const RUNNERS = 300;

describe('a group with a lot in it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-limits-'));
  let server: ServerProcess;
  let api: Api;
  let cli: Cli;
  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: NAME });
    await api.put('/v1/groups/big', { leaseMs: 600_000 }); // whoever leads still does when a slow machine is done
    for (let n = 0; n < RUNNERS; n++)
      await api.put(`/v1/groups/big/runners/r${n}`, {
        incarnation: inc('b', n),
        labels: text('x'),
        ready: true,
      });
  });
  afterAll(async () => {
    await server.kill();
    dropFolder(directory);
  });

  it('is shown whole, however many pages that are', async () => {
    expect((await api.get('/v1/groups/big/runners')).body.next).not.toBeNull();
    const { stdout } = await cli.run('group', 'big', '--json');
    expect(JSON.parse(stdout).runnerList.map(({ runner }: { runner: string }) => runner)).toHaveLength(
      RUNNERS,
    );
    const completed = await cli.run('complete', '--', 'taint', 'big', '');
    expect(completed.stdout.split('\n').filter((line) => /^r\d+\t/.test(line))).toHaveLength(RUNNERS);
  });

  it('why nobody leads it is said of a few, and of how many more', async () => {
    for (let n = 0; n < RUNNERS; n++)
      await api.put(`/v1/groups/big/runners/r${n}/taints/k`, {
        effect: 'NoLead',
        reason: `${'x'.repeat(79)}😀`,
      });
    const last = (await api.get('/v1/groups/big/leader')).body.leader?.runner as string;
    if (last)
      await api.post(`/v1/groups/big/runners/${last}/resign`, {
        incarnation: inc('b', Number(last.slice(1))),
        term: 1,
        cooldownMs: 0,
      });
    const { why } = (await api.get('/v1/groups/big/leader')).body as { why: string };
    expect(why).toMatch(/^runner "r0" is tainted k \(NoLead by .*; and 292 more$/);
    expect(Buffer.from(why).toString()).toBe(why); // no half of a character
    const [event] = (await api.get('/v1/groups/big/history?type=GroupLeaderless')).body.events;
    expect(event).toMatchObject({
      words: expect.stringMatching(/and 292 more/),
      data: { verdicts: expect.any(Array) },
    });
    expect(event.data.verdicts).toHaveLength(RUNNERS);
  });

  it('a person with a long name is found again', async () => {
    expect((await cli.run('pause', 'big', '-y')).code).toBe(0);
    expect((await cli.run('history', 'big', '--actor', NAME)).stdout).toContain('elections paused');
    expect((await cli.run('attempts', '--actor', NAME)).code).toBe(0);
    expect((await cli.run('resume', 'big', '-y')).code).toBe(0);
    expect((await cli.run('set', 'big', 'drain=0', '-y')).code).toBe(0);
  });

  it('who is forgotten cannot be the second person for what she ordered', async () => {
    const ben = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ben' });
    await cli.run('set', 'two', 'twoPersonMs=3600000');
    await api.put('/v1/groups/two/runners/a', { incarnation: inc('t'), ready: true });
    expect((await cli.run('pin', 'two', 'a', '-y')).stdout).toContain('conclave approve two');
    const out = ['--out', join(directory, 'out'), '--reason', 'left'];
    expect((await ben.run('forget', NAME, ...out)).stdout).toContain('two: forgotten up to version');
    for (const anybody of [cli, ben])
      expect(await anybody.run('approve', 'two', '-y')).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/second-person-needed: whoever ordered this is forgotten/),
      });
    expect((await ben.run('withdraw', 'two', '-y')).code).toBe(0);
    expect((await cli.run('verify', '--all')).code).toBe(0);
  });
});

const AS = ['--reuid', '12345', '--clear-groups'];
const mayBeAnother = spawnSync('setpriv', [...AS, 'test', '-r', 'dist/apps/cli/src/main.js']).status === 0;
const run = (...args: string[]) =>
  spawnSync('setpriv', [...AS, process.execPath, 'dist/apps/cli/src/main.js', ...args], {
    env: { PATH: process.env.PATH!, HOME: '/tmp', CONCLAVE_URL: 'http://127.0.0.1:9' },
    encoding: 'utf8',
  });
(mayBeAnother ? it : it.skip)('a user without an entry, as in a container, is no reason to end', () => {
  expect(run('--version')).toMatchObject({ status: 0, stderr: '' });
  for (const command of [
    ['dev', '--group', 'x'],
    ['run', '--group', 'x', '--', 'true'],
    ['agent', '--group', 'x', '--help'],
  ])
    expect([0, 4]).toContain(run(...command).status);
});

(mayBeAnother ? it : it.skip)(
  'who may not leave a file of tokens its owner is told whose it is, and what to do',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-owned-'));
    const path = join(folder, 'tokens.json');
    const none = '{"format":1,"tokens":[]}\n';
    writeFileSync(path, none, { mode: 0o644 });
    chmodSync(folder, 0o777);
    const made = run('token', 'create', '--file', path, '--name', 'eve', '--role', 'auditor');
    expect(made).toMatchObject({ status: 3, stdout: '' });
    expect(made.stderr).toContain(`"${path}" is user 0's: change it as that user, or as root (EPERM)`);
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).toEqual([['tokens.json'], none]);
    dropFolder(folder);
  },
);
