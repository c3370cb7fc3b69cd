import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Api, Cli, inc, LossyProxy, ServerProcess, until } from '@conclave/processes';
import { AtTerminal, describeAtTerminal, lineOf } from './terminal.fixture.js';

let server: ServerProcess;
let api: Api;
let environment: Record<string, string>;
let cli: Cli;
const pinOf = async (group: string) => (await api.get(`/v1/groups/${group}`)).body.pin;
const dev = (group: string, ...words: string[]) => ['dev', '--group', group, '--id', 'laptop', ...words];

beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  environment = { CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'dev' };
  cli = new Cli(environment);
});
afterAll(() => server.kill());

/** A group that ana has pinned. */
async function pinned(group: string): Promise<void> {
  await api.put(`/v1/groups/${group}`, { leaseMs: 600_000 });
  await api.put(`/v1/groups/${group}/runners/cloud`, { incarnation: inc('cloud'), ready: true });
  const { code } = await cli.run(
    'pin',
    group,
    'cloud',
    '--mode',
    'prefer',
    '--for',
    '1h',
    '--reason',
    'canary',
    '--as',
    'ana',
  );
  expect(code).toBe(0);
}

/** What it says, and its end. */
function watched(child: ChildProcess): { said: () => string; ended: Promise<unknown[]> } {
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said, ended: once(child, 'exit') };
}

describe('conclave dev, and the pins of others', () => {
  it('leaves one as it is where nobody can be asked', async () => {
    await pinned('asked');
    expect(await cli.run(...dev('asked'))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /pinned to "cloud" \(prefer\) by ana: canary, until .*It is left as it is/,
      ),
    });
    expect(await pinOf('asked')).toMatchObject({ runner: 'cloud', actor: 'claimed:ana' });
    expect((await api.get('/v1/groups/asked/runners')).body.runners).toHaveLength(1);
  });

  it('--yes replaces it, and restores it at the end, with what it had', async () => {
    await pinned('yes');
    const before = await pinOf('yes');
    const child = cli.started(...dev('yes', '--yes'));
    const { ended } = watched(child);
    await until('it is pinned', async () => (await pinOf('yes')).runner === 'laptop');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
    expect(await pinOf('yes')).toMatchObject({
      runner: 'cloud',
      mode: 'prefer',
      expiresAt: before.expiresAt,
      actor: 'claimed:dev',
      reason: 'canary (of ana, restored by conclave dev)',
    });
  });

  it('says what it could not restore, with how, and that it failed', async () => {
    await pinned('gone');
    const child = cli.started(...dev('gone', '--yes'));
    const { said, ended } = watched(child);
    await until('it is pinned', async () => (await pinOf('gone')).runner === 'laptop');
    await api.delete('/v1/groups/gone/runners/cloud');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(1);
    expect(said()).toMatch(/runner-unknown.* To restore the pin: conclave pin gone cloud --mode prefer/);
  });

  it('restores it also where the answer to its own pin was lost, and says with what it had', async () => {
    await pinned('lost');
    const before = await pinOf('lost');
    const between = await LossyProxy.before(
      server.url,
      ({ method, url }) => method === 'PUT' && url === '/v1/groups/lost/pin',
    );
    const { code, stderr } = await new Cli({ ...environment, CONCLAVE_URL: between.url }).run(
      ...dev('lost', '--yes'),
    );
    between.close();
    expect([between.asked > 0, code]).toEqual([true, 4]);
    expect(stderr).toMatch(/conclave pin lost cloud --mode prefer --for (59|60)m --reason 'canary'/);
    expect(await pinOf('lost')).toMatchObject({
      runner: 'cloud',
      mode: 'prefer',
      expiresAt: before.expiresAt,
    });
  });

  it('in a group that wants two people it waits for the other, says so, and goes on when that one approves', async () => {
    await api.put('/v1/groups/two', { leaseMs: 2_000, twoPersonMs: 3_600_000 });
    const child = cli.started(...dev('two'));
    const { said, ended } = watched(child);
    await until('it says so', () => said().includes('wants two people'));
    expect(said()).not.toContain('only "laptop" leads');
    const [{ id }] = (await api.get('/v1/groups/two')).body.proposals;
    expect(said()).toContain(`conclave approve two ${id}`);
    expect(await cli.run('approve', 'two', id, '--as', 'ben')).toMatchObject({ code: 0 });
    await until('it goes on', () => said().includes('only "laptop" leads "two" now'));
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  it('in such a group Ctrl-C withdraws what it proposed; what another withdraws is a refusal', async () => {
    await api.put('/v1/groups/never', { leaseMs: 2_000, twoPersonMs: 3_600_000 });
    const first = cli.started(...dev('never'));
    const one = watched(first);
    await until('it waits', () => one.said().includes('wants two people'));
    first.kill('SIGINT');
    await one.ended;
    expect((await api.get('/v1/groups/never')).body).toMatchObject({ pin: null });
    expect((await api.get('/v1/groups/never')).body).not.toHaveProperty('proposals');
    const two = watched(cli.started(...dev('never')));
    await until('it waits', () => two.said().includes('wants two people'));
    expect((await cli.run('withdraw', 'never', '--as', 'ben')).code).toBe(0);
    expect((await two.ended)[0]).toBe(3);
    expect(two.said()).toContain('was not approved');
    expect((await api.get('/v1/groups/never/runners')).body.runners).toEqual([]);
  });
});

describeAtTerminal('conclave dev at a terminal', () => {
  it('asks; a no and a Ctrl-C change nothing', async () => {
    await pinned('terminal');
    for (const [keys, code] of [
      ['n\n', 3],
      ['\u0003', 130],
    ] as const) {
      const screen = new AtTerminal(lineOf(dev('terminal')), environment, 200);
      await screen.answer('Replace it while you develop?', keys);
      expect(await screen.code()).toBe(code);
    }
    expect(await pinOf('terminal')).toMatchObject({ runner: 'cloud', actor: 'claimed:ana' });
  });
});
