import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, inc, ServerProcess } from '@conclave/processes';

describe('a group that wants two people, over HTTP and the command line', () => {
  let server: ServerProcess;
  let api: Api;
  let cli: Cli;
  const G = '/v1/groups/deploy';
  const conclave = async (...args: string[]) => cli.run(...args);

  beforeAll(async () => {
    server = await ServerProcess.start();
    api = new Api(server.url);
    cli = new Cli({ CONCLAVE_URL: server.url });
    await api.put(G, { leaseMs: 600_000 }); // nobody beats
    for (const id of ['a', 'b']) await api.put(`${G}/runners/${id}`, { incarnation: inc(id), ready: true });
    expect((await conclave('set', 'deploy', 'twoPersonMs=3600000', '--as', 'ana')).code).toBe(0);
  });
  afterAll(async () => {
    expect(await server.kill('SIGTERM')).toBe(0);
  });

  it('a pin waits, is shown, and takes effect when somebody else approves', async () => {
    const asked = await conclave('pin', 'deploy', 'b', '--reason', 'canary', '--as', 'ana', '-y');
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toMatch(/recorded: pin to runner "b" \(strict\) proposed by ana/);
    expect(asked.stdout).toContain('it takes effect when a second person approves it: conclave approve');
    const { body: group } = await api.get(G);
    expect(group).toMatchObject({
      pin: null,
      proposals: [{ command: { type: 'PinLeader', runner: 'b' }, actor: 'claimed:ana', reason: 'canary' }],
    });
    expect((await conclave('group', 'deploy')).stdout).toMatch(
      /pin to runner "b" \(strict\), by ana: canary, until/,
    );
    const [{ id }] = group.proposals as [{ id: string }];
    const again = await conclave('pin', 'deploy', 'b', '--reason', 'canary', '--as', 'ana', '-y');
    expect(again.stdout).toMatch(
      new RegExp(`^ordered before; nothing changed\\nit takes effect when .* approve deploy ${id}\\n`),
    );
    const own = await conclave('approve', 'deploy', '--as', 'ana', '-y');
    expect(own).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/second-person-needed: "ana" has ordered this/),
    });
    expect((await conclave('approve', 'deploy', '--as', 'bob', '-y')).stdout).toMatch(
      /recorded: pinned to runner "b" \(strict\) by ana[\s\S]*, proposed by ana, approved by bob/,
    );
    expect((await api.get(G)).body).toMatchObject({
      state: 'handover',
      pin: { runner: 'b', actor: 'claimed:ana' },
    });
    const { stdout } = await conclave('history', 'deploy');
    expect(stdout).toMatch(/pin to runner "b" \(strict\), proposed by ana, approved by bob/);
    expect((await conclave('verify', 'deploy')).code).toBe(0);
  });

  it('several need to be named; one is withdrawn; what does not wait is told plainly', async () => {
    for (const as of ['ana', 'eve']) await conclave('deregister', 'deploy', 'a', '--as', as, '-y');
    const unclear = await conclave('approve', 'deploy', '--as', 'bob', '-y');
    expect(unclear).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /2 orders wait; say which one:\n {2}[0-9a-f-]{36} {2}removal of runner "a", by ana/,
      ),
    });
    expect(await conclave('approve', 'deploy', 'pin', '--as', 'bob', '-y')).toMatchObject({
      code: 2,
      stderr: 'conclave: "pin" is no id of an order; those that wait: conclave group deploy\n',
    });
    const ids = (await api.get(G)).body.proposals.map(({ id }: { id: string }) => id) as string[];
    for (const id of ids)
      expect((await conclave('withdraw', 'deploy', id, '--as', 'bob', '-y')).code).toBe(0);
    expect((await api.get(G)).body).not.toHaveProperty('proposals');
    expect(await conclave('approve', 'deploy', '--as', 'bob')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no order of "deploy" waits'),
    });
    const gone = await api.post(`${G}/proposals/${ids[0]}/approve`, {});
    expect(gone).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
  });

  it('an order that is repeated waits as before, for whoever waits for its end, too', async () => {
    const other = '/v1/groups/other';
    for (const id of ['a', 'b'])
      await api.put(`${other}/runners/${id}`, { incarnation: inc(id), ready: true });
    await api.put(other, { twoPersonMs: 3_600_000, leaseMs: 600_000 });
    const waiting = async (): Promise<string[]> =>
      (await api.get(other)).body.proposals.map(({ id }: { id: string }) => id);
    const transfer = ['transfer', 'other', '--to', 'b', '--force', '--wait', '--as', 'ana', '-y'];
    const waits = { code: 1, stderr: expect.stringContaining('it waits for a second person') };
    for (let time = 1; time <= 2; time++) expect(await conclave(...transfer)).toMatchObject(waits);
    const [first, ...others] = await waiting();
    expect(others).toEqual([]);
    expect((await conclave('withdraw', 'other', '--as', 'bob', '-y')).code).toBe(0);
    const { body } = await api.post(`${other}/transfer`, { to: 'b', force: true });
    expect(body.proposal).not.toBe(first);
    expect(await waiting()).toEqual([body.proposal]);
    // the rule is lifted: what still waits as a proposal is carried out like anything else
    await conclave('set', 'other', 'twoPerson=off', '--as', 'ana');
    const off = (await api.get(other)).body.proposals.at(-1).id as string;
    expect((await conclave('approve', 'other', off, '--as', 'bob', '-y')).code).toBe(0);
    const { body: done } = await api.post(`${other}/transfer`, { to: 'b', force: true });
    expect(done).toMatchObject({ changed: true, leader: { leader: { runner: 'b' } } });
    expect(done).not.toHaveProperty('proposal');
    expect(await waiting()).toEqual([body.proposal]);
  });

  it('a dry run says that it would wait, and changes nothing', async () => {
    const { body } = await api.put(`${G}/pin?dryRun=true`, { runner: 'a', mode: 'prefer' });
    expect(body).toMatchObject({ changed: true, dryRun: true, events: [{ type: 'OrderProposed' }] });
    const { leader } = (await api.get(`${G}/leader`)).body;
    expect((await conclave('resign', 'deploy', leader.runner, '--dry-run')).stdout).toMatch(
      /^would record: end of term \d of runner ".", as if it had stopped proposed by/,
    );
    expect((await api.get(G)).body).not.toHaveProperty('proposals');
  });

  it('a resignation of whatever a process holds is told in words', async () => {
    const { leader } = (await api.get(`${G}/leader`)).body;
    const path = `${G}/runners/${leader.runner}/resign?dryRun=true`;
    const ana = { 'x-conclave-actor': 'ana' };
    const { body } = await api.post(path, { incarnation: leader.incarnation }, ana);
    expect(body.events[0].words).toMatch(/^end of whichever term runner "." holds, as if it had stopped/);
  });

  it('settings that wait are told in words', async () => {
    const words = 'settings damping.suppressAt 900, drainMs 5000, twoPersonMs none';
    const off = ['twoPerson=off', 'drain=5s', 'damping.suppressAt=900'];
    expect((await conclave('set', 'deploy', ...off, '--as', 'ana')).stdout).toContain(`${words} proposed by`);
    expect((await conclave('group', 'deploy')).stdout).toContain(`: ${words}, by ana, until`);
    expect((await conclave('withdraw', 'deploy', '--as', 'bob', '-y')).stdout).toContain(
      `${words}, proposed by`,
    );
    await conclave('set', 'deploy', 'twoPerson=off', 'damping=on', '--as', 'ana');
    expect((await conclave('group', 'deploy')).stdout).toContain(
      ': settings damping on, twoPersonMs none, by',
    );
  });
});
