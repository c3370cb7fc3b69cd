import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Api, Cli, inc, ServerProcess, until } from '@conclave/processes';
import { startEsdbDouble, startEsdbDoubleCluster } from '@conclave/testing';

// What a real EventStoreDB does and a polite one does not: pieces, silence, outages (facts 2.3, 4, 12).

const running: { kill(): Promise<unknown> }[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((p) => p.kill()));
  for (const close of closing.splice(0)) await close();
});
const started = async (store: string): Promise<{ server: ServerProcess; api: Api }> => {
  const server = await ServerProcess.start({ CONCLAVE_STORE: store });
  running.push(server);
  return { server, api: new Api(server.url) };
};
const led = async (api: Api): Promise<void> => {
  for (const id of ['a', 'b'])
    await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
};
const metric = async (api: Api, name: string): Promise<number> =>
  ((await api.get('/metrics')).body as string)
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

describe('an append arrives in pieces', () => {
  it('nobody is ever shown, told or accused of what stands between two of them', async () => {
    const double = await startEsdbDouble();
    closing.push(() => double.stop());
    const { server, api } = await started(double.connectionString);
    await led(api);
    const watch = await api.stream('/v1/groups/g/watch');
    await watch.next('the opening', (e) => e.event === 'leader');
    let isOver = false;
    const reads: { state: string }[] = [];
    const verifications: { ok: boolean }[] = [];
    const reading = (async () => {
      while (!isOver) reads.push((await api.get('/v1/groups/g/leader')).body);
    })();
    const verifying = (async () => {
      while (!isOver) verifications.push((await api.get('/v1/groups/g/verify')).body);
    })();
    for (let term = 1; term <= 150; term++) {
      const { leader } = (await api.get('/v1/groups/g/leader')).body as { leader: { runner: string } };
      const answer = await api.post(`/v1/groups/g/runners/${leader.runner}/resign`, {
        incarnation: inc(leader.runner),
        term,
        cooldownMs: 0,
      });
      expect(answer.body).toMatchObject({ changed: true, leader: { state: 'led', term: term + 1 } });
    }
    isOver = true;
    await Promise.all([reading, verifying]);
    await watch.next('the last term', (e) => e.data.term === 151);
    expect(new Set(reads.map(({ state }) => state))).toEqual(new Set(['led']));
    expect(verifications.filter(({ ok }) => !ok)).toEqual([]);
    expect(watch.events.map((e) => e.data.state)).toEqual(watch.events.map(() => 'led'));
    expect(watch.events.map((e) => e.data.term)).toEqual(Array.from({ length: 151 }, (_, n) => n + 1));
    // an id within an append: a server that spoke of events, not of appends, may have given it
    const { events } = (await api.get('/v1/groups/g/history?limit=1000')).body as {
      events: { position: string; meta: { part: { index: number; of: number } } }[];
    };
    const within = events.findLast(({ meta }) => meta.part.index === 0 && meta.part.of > 1)!;
    const resumed = await api.stream('/v1/groups/g/watch', { 'last-event-id': within.position });
    await api.post('/v1/groups/g/runners/a/resign', { incarnation: inc('a'), term: 151, cooldownMs: 0 });
    await resumed.next('the next term', (e) => e.data.term === 152);
    expect(resumed.events.map((e) => e.data.term)).toEqual([152]);
    expect(await metric(api, 'conclave_defects_total')).toBe(0);
    expect(server.child.exitCode).toBeNull();
  }, 120_000);
});

describe('a subscription that says nothing', () => {
  it('is noticed: /readyz says deaf, a new one is opened after 5 s, nothing is missing; no lease was taken from anybody', async () => {
    const double = await startEsdbDouble();
    closing.push(() => double.stop());
    const { api } = await started(double.connectionString);
    await led(api);
    await until('ready', async () => (await api.get('/readyz')).status === 200);
    double.view.mute();
    const deaf = await until('deaf', async () => {
      const ready = await api.get('/readyz');
      return ready.status === 503 && ready.body;
    });
    expect(deaf).toMatchObject({
      ready: false,
      caughtUp: true,
      reasons: [expect.stringMatching(/^deaf for \d+\.\d s: /)],
    });
    expect((await api.get('/v1/groups/g/leader')).status).toBe(200); // reads go on: old, not wrong
    await until('ready again', async () => (await api.get('/readyz')).status === 200);
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({
      state: 'led',
      term: 1,
      leader: { runner: 'a' },
    });
    expect(await metric(api, 'conclave_subscription_resumes_total')).toBeGreaterThan(0);
  });

  it('is dropped when its buffer overflows, and nobody notices but a counter', async () => {
    const double = await startEsdbDouble();
    closing.push(() => double.stop());
    const { server, api } = await started(double.connectionString);
    for (
      let n = 0;
      (await metric(api, 'conclave_subscription_resumes_total{reason="slow-consumer"')) === 0;
      n++
    ) {
      await Promise.all(
        Array.from({ length: 200 }, (_, k) =>
          // a new group: three events in one append
          api.put(`/v1/groups/g${n}-${k}/runners/r`, { incarnation: inc('r', n), ready: true }),
        ),
      );
      expect(
        (await api.get('/readyz')).body.reasons.filter((reason: string) => !reason.startsWith('deaf')),
      ).toEqual([]);
    }
    expect(server.stderr).toBe(''); // level warn
    expect((await api.get('/v1/verify')).body).toMatchObject({ ok: true });
  }, 180_000);
});

/** The first is long enough for every back-off inside the client to have grown. */
const AWAY_MS = [30_000, 2_000, 2_000, 2_000, 2_000];

describe('the whole cluster is away, five times, while subscriptions break', () => {
  it('the process lives, says so in /readyz, and serves soon after the cluster is back; nobody lost a term', async () => {
    const cluster = await startEsdbDoubleCluster();
    closing.push(() => cluster.close());
    await until('led', () => cluster.leader());
    const { server, api } = await started(cluster.connectionString);
    await led(api);
    const watching = async (...words: string[]): Promise<{ said: string }> => {
      const watch = new Cli({ CONCLAVE_URL: server.url }).started(...words);
      running.push({ kill: async () => watch.kill('SIGKILL') });
      const told = { said: '' };
      watch.stderr!.on('data', (chunk: Buffer) => (told.said += chunk.toString()));
      await once(watch.stdout!, 'data');
      return told;
    };
    const watches = [await watching('watch'), await watching('history', 'g', '--follow')];
    const backMs: number[] = [];
    for (const [n, awayMs] of AWAY_MS.entries()) {
      // so that nobody is silent for a lease while the server hears, however slow this machine is
      const beat = { incarnation: inc('a'), sequence: n + 1, term: 1 };
      expect((await api.post('/v1/groups/g/runners/a/heartbeat', beat)).body).toMatchObject({
        role: 'leader',
      });
      await Promise.all([1, 2, 3].map((node) => cluster.kill(node)));
      await until('not ready', async () => (await api.get('/readyz')).status === 503);
      expect(await api.put('/v1/groups/g', { drainMs: n })).toMatchObject({
        status: 503,
        // what was known of its log may still be compared with it when it goes away again
        body: { code: expect.stringMatching(/^(store-unavailable|not-ready)$/) },
      });
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      const away = (await api.get('/readyz')).body;
      expect(away.reasons).toEqual([
        expect.stringContaining('the store is not reachable'),
        expect.stringMatching(/^deaf for /),
      ]);
      if (awayMs > 20_000) watches.push(await watching('watch')); // begun amid it
      await Promise.all([1, 2, 3].map((node) => cluster.start(node)));
      await until('the cluster is back', () => cluster.leader());
      const returnedMs = performance.now();
      await until('ready again', async () => (await api.get('/readyz')).status === 200);
      await until(
        'writes again',
        async () => (await api.put('/v1/groups/g', { drainMs: 100 + n })).status === 200,
      );
      backMs.push(Math.round(performance.now() - returnedMs));
      if (awayMs > 20_000)
        for (const told of watches) {
          await until('who watches knows that it goes on', () => told.said.includes('it goes on'));
          expect(told.said).toMatch(
            /has heard nothing from its store for \d+\.\d s; what it tells may come late\.\n/,
          );
        }
    }
    console.log(`ready and writing again after the cluster was back: ${backMs.join(', ')} ms`);
    expect(server.child.exitCode).toBeNull();
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({
      state: 'led',
      term: 1,
      leader: { runner: 'a' },
    });
    expect(await metric(api, 'conclave_defects_total')).toBe(0);
  }, 180_000);
});
