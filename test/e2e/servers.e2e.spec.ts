import { afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { Api, Cli, inc, RunnerProcess, ServerProcess, until } from '@conclave/processes';
import { startEsdbDouble, testStore } from '@conclave/testing';

const running: { kill(): Promise<unknown> }[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((p) => p.kill()));
  for (const close of closing.splice(0)) await close();
});
const started = async (environment: Record<string, string>) => {
  const server = await ServerProcess.start(environment);
  running.push(server);
  return server;
};

describe('several servers on one EventStoreDB', () => {
  it('any of them serves a runner at any time; one that joins or dies changes nothing', async () => {
    const store = await testStore('esdb');
    closing.push(() => store.close());
    const [one, two] = [await started(store.environment), await started(store.environment)];
    const [a1, a2] = [new Api(one.url), new Api(two.url)];
    await a1.put('/v1/groups/g/runners/a', { incarnation: inc('a') });
    // the other server has perhaps not read that yet: it looks before it says "unknown" or "superseded"
    expect(
      (await a2.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 1 })).body,
    ).toMatchObject({ role: 'leader', term: 1 });
    for (let sequence = 2; sequence < 20; sequence++) {
      const { body } = await (sequence % 2 ? a1 : a2).post('/v1/groups/g/runners/a/heartbeat', {
        incarnation: inc('a'),
        sequence,
        term: 1,
      });
      expect(body).toMatchObject({ role: 'leader', term: 1, leaseMs: 15_000 });
    }
    expect(
      (await a1.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 5, term: 1 }))
        .body.code,
    ).toBe('beat-stale');
    const three = await started(store.environment);
    await one.kill();
    const a3 = new Api(three.url);
    expect(
      (await a3.post('/v1/groups/g/runners/a/heartbeat', { incarnation: inc('a'), sequence: 30, term: 1 }))
        .body,
    ).toMatchObject({ leaseMs: 15_000 });
    const { position } = (await a3.put('/v1/groups/g', { drainMs: 1 })).body;
    expect((await a2.get(`/v1/groups/g?atLeast=${position}`)).body.settings.drainMs).toBe(1);
    expect((await a2.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1, leader: { runner: 'a' } });
  });

  it('each says who else writes to the log, and who has stopped', async () => {
    const store = await testStore('esdb');
    closing.push(() => store.close());
    const [one, two] = [await started(store.environment), await started(store.environment)];
    const api = new Api(two.url);
    const shown = async () => (await api.get('/v1/servers')).body.servers as any[];
    const found = await until('both write', async () => {
      const servers = await shown();
      return servers.length === 2 && servers;
    });
    expect(found.filter(({ isThis }) => isThis)).toHaveLength(1);
    const [other] = found.filter(({ isThis }) => !isThis);
    expect(other).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      isThis: false,
      wroteAt: expect.stringMatching(/Z$/),
      silentMs: expect.any(Number),
      behind: expect.any(Number),
    });
    await one.kill();
    await until('the other one writes no more', async () =>
      (await shown()).some(({ id, silentMs }) => id === other!.id && silentMs > 3_000),
    );
    const told = await new Cli({ CONCLAVE_URL: two.url }).run('servers');
    expect(told.stdout).toMatch(new RegExp(`^${other!.id}\\t.*\\tsilent$`, 'm'));
    expect(told.stdout).toMatch(/writes, this one/);
  });

  it('commands race on all servers and exactly one wins each', async () => {
    const store = await testStore('esdb');
    closing.push(() => store.close());
    const apis = (await Promise.all([started(store.environment), started(store.environment)])).map(
      ({ url }) => new Api(url),
    );
    await apis[0]!.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        apis[n % 2]!.put('/v1/groups/g/runners/a/taints/k', { effect: 'NoElect' }),
      ),
    );
    expect(answers.filter((a) => a.body.changed)).toHaveLength(1);
    const key = { 'idempotency-key': 'once' };
    const repeats = await Promise.all(apis.map((api) => api.put('/v1/groups/g', { drainMs: 7 }, key)));
    expect(repeats.filter((a) => a.body.changed)).toHaveLength(1);
    expect(repeats[0]!.body.events).toEqual(repeats[1]!.body.events);
  });

  it('a paused server deposes nobody when it wakes', async () => {
    // L6
    const store = await testStore('esdb');
    closing.push(() => store.close());
    const [one, two] = [await started(store.environment), await started(store.environment)];
    const api = new Api(two.url);
    await api.put('/v1/groups/g', { leaseMs: 3_000 });
    const runner = new RunnerProcess(two.url, 'g', 'a');
    running.push(runner);
    await runner.says('leading');
    one.child.kill('SIGSTOP');
    const { version } = (await api.get('/v1/groups/g')).body;
    await api.get('/v1/groups/g/leader?afterTerm=1&waitMs=4000');
    one.child.kill('SIGCONT');
    await api.get('/v1/groups/g/leader?afterTerm=1&waitMs=3000');
    expect((await api.get('/v1/groups/g')).body).toMatchObject({ version, term: 1, state: 'led' });
    expect((await new Api(one.url).get('/v1/groups/g')).body).toMatchObject({ version });
  });
});

describe('EventStoreDB is away', () => {
  it('at the start: /readyz says why, serves as soon as it is up; later: writes are refused, the same terms go on', async () => {
    // L9
    const double = await startEsdbDouble();
    closing.push(() => double.stop());
    double.crash();
    const server = await started({ CONCLAVE_STORE: double.connectionString });
    const api = new Api(server.url);
    const ready = await api.get('/readyz');
    expect(ready).toMatchObject({
      status: 503,
      body: { ready: false, reasons: expect.arrayContaining([expect.stringContaining('not reachable')]) },
    });
    expect(await api.get('/v1/groups')).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    await double.restart();
    await until('ready', async () => (await api.get('/readyz')).status === 200);
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
    double.crash();
    expect(await api.put('/v1/groups/g', { drainMs: 1 })).toMatchObject({
      status: 503,
      body: { code: 'store-unavailable' },
    });
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1 });
    await double.restart();
    await until('writes again', async () => (await api.put('/v1/groups/g', { drainMs: 1 })).status === 200);
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1, leader: { runner: 'a' } });
  });

  it('refuses a connection string that cannot be', async () => {
    const { code, stderr } = await ServerProcess.refused({ CONCLAVE_STORE: 'esdb://' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^conclave: .+\n$/) });
  });
});

describe('chaos', () => {
  it.each([
    ['one node', []],
    ['three nodes, killed, cut off and stopped', ['--cluster']],
  ])(
    '6 s of kill -9, pauses and store faults with three servers on %s: no overlap, no term twice, nothing lost',
    (_, more) => {
      const args = ['test/chaos/run.mjs', '--seconds', '6', '--slack-ms', '10000', ...more];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        timeout: 150_000,
        killSignal: 'SIGKILL',
        // nodes that nothing can break are left alone: it runs on the double then
        env: { ...process.env, ...(!process.env.ESDB_CLUSTER_HOOK && { ESDB_CLUSTER_URL: '' }) },
      });
      expect({ status, stdout, stderr: status === 0 ? '' : stderr }).toEqual({
        status: 0,
        stdout: expect.stringContaining('no violation'),
        stderr: '',
      });
    },
    180_000,
  );
});
