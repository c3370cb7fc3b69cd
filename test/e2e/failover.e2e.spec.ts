import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api, inc, RunnerProcess, ServerProcess, until } from '@conclave/processes';
import { STORES, testStore, type TestStore } from '@conclave/testing';

const running: { kill(): Promise<unknown> }[] = [];
const keep = <T extends { kill(): Promise<unknown> }>(process: T): T => {
  running.push(process);
  return process;
};

describe.each(STORES)('runners of one server over %s', (kind) => {
  let store: TestStore;
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    store = await testStore(kind);
    server = await ServerProcess.start(store.environment);
    api = new Api(server.url);
  });
  afterEach(async () => Promise.all(running.splice(0).map((p) => p.kill())));
  afterAll(async () => {
    await server.kill();
    await store.close();
  });

  it('the oldest leads; kill -9 of the leader elects the next, after its lease', async () => {
    // G2, G5
    await api.put('/v1/groups/oldest', { leaseMs: 1500 });
    const [a, b, c] = ['a', 'b', 'c'].map((id) => keep(new RunnerProcess(server.url, 'oldest', id))) as [
      RunnerProcess,
      RunnerProcess,
      RunnerProcess,
    ];
    const first = await until('somebody leads', () =>
      [a, b, c].find((r) => r.news.some((n) => n.event === 'leading')),
    );
    await until(
      'all are active',
      async () => (await api.get('/v1/groups/oldest')).body.runners?.active === 3,
    );
    await first.kill();
    const rest = [a, b, c].filter((r) => r !== first);
    const second = await until('the next leads', () =>
      rest.find((r) => r.news.some((n) => n.event === 'leading')),
    );
    const { body } = await api.get(
      '/v1/groups/oldest/history?type=HeartbeatMissed,LeadershipEnded,LeaderElected&limit=1000',
    );
    expect(
      body.events.slice(-3).map((e: any) => [e.type, e.data.runner, e.data.cause ?? e.data.evidence]),
    ).toEqual([
      ['HeartbeatMissed', first.id, 'silence'],
      ['LeadershipEnded', first.id, 'heartbeat-missed'],
      ['LeaderElected', second.id, 'heartbeat-missed'],
    ]);
    expect(body.events.at(-1).data).toMatchObject({ term: 2, previous: { runner: first.id, term: 1 } });
  });

  it('SIGTERM of a leader hands over at once: it resigns', async () => {
    // G5
    const a = keep(new RunnerProcess(server.url, 'resigned', 'a'));
    await a.says('leading');
    const b = keep(new RunnerProcess(server.url, 'resigned', 'b'));
    await b.says('standby');
    await a.kill('SIGTERM');
    expect(await b.says('leading')).toMatchObject({ term: 2 });
    const { body } = await api.get('/v1/groups/resigned/history');
    expect(body.events.find((e: any) => e.type === 'LeadershipEnded').data).toMatchObject({
      runner: 'a',
      cause: 'resigned',
    });
  });

  it('a fenced group elects on a broken connection, long before the lease is over', async () => {
    // G5, L10
    await api.put('/v1/groups/fenced', { failover: 'fenced', leaseMs: 600_000 });
    const a = keep(new RunnerProcess(server.url, 'fenced', 'a'));
    await a.says('leading');
    const b = keep(new RunnerProcess(server.url, 'fenced', 'b'));
    await b.says('standby');
    await api.post('/v1/groups/fenced/transfer', { to: 'b' });
    expect(await b.says('leading')).toMatchObject({ term: 2 }); // it beats every 200 s: its stream told it
    await b.kill();
    await until('a leads again', async () => (await api.get('/v1/groups/fenced/leader')).body.term === 3);
    const { body } = await api.get('/v1/groups/fenced/history?type=HeartbeatMissed');
    expect(body.events.map((e: any) => e.data)).toMatchObject([{ runner: 'b', evidence: 'connection-lost' }]);
  });

  it('a runner stopped by SIGSTOP loses its term, stops by itself when it wakes, and contends again', async () => {
    await api.put('/v1/groups/stopped', { leaseMs: 1000 });
    const a = keep(new RunnerProcess(server.url, 'stopped', 'a'));
    await a.says('leading');
    const b = keep(new RunnerProcess(server.url, 'stopped', 'b'));
    await b.says('standby');
    a.child.kill('SIGSTOP');
    expect(await b.says('leading')).toMatchObject({ term: 2 });
    a.child.kill('SIGCONT');
    await a.says('lost');
    await a.says('standby');
    await b.kill();
    expect(await a.says('leading', 1)).toMatchObject({ term: 3 });
  });

  it('what lay in a server that stood still is not done for whoever has died since', async () => {
    await api.put('/v1/groups/lain', {});
    const { hostname, port } = new URL(server.url);
    const dying = connect(Number(port), hostname);
    await once(dying, 'connect');
    server.child.kill('SIGSTOP');
    const sinceMs = performance.now();
    const body = JSON.stringify({ incarnation: inc('dead'), ready: true });
    const head = `PUT /v1/groups/lain/runners/dead HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json`;
    dying.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`, () => dying.destroy());
    const living = api.put('/v1/groups/lain/runners/living', { incarnation: inc('living'), ready: true });
    await until('both have come in, and it has stood still', () => performance.now() - sinceMs > 1_000);
    server.child.kill('SIGCONT');
    expect((await living).status).toBe(201);
    await api.put('/v1/groups/lain/runners/later', { incarnation: inc('later'), ready: true }); // all before it is done
    expect((await api.get('/v1/groups/lain')).body.runners).toMatchObject({ active: 2 });
    expect((await api.get('/v1/groups/lain/history?runner=dead')).body.events).toEqual([]);
  });
});

describe.each(STORES)('servers that end, over %s', (kind) => {
  let store: TestStore;
  let environment: Record<string, string>;
  beforeEach(async () => {
    store = await testStore(kind);
    environment = store.environment;
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((p) => p.kill()));
    await store.close();
  });

  it('kill -9 of the server: the live leader stays leader in the same term, nothing acknowledged is lost', async () => {
    // G5, G6
    const server = await ServerProcess.start(environment);
    const api = new Api(server.url);
    await api.put('/v1/groups/g', { leaseMs: 20_000 }); // longer than a busy machine takes to start a server
    const a = keep(new RunnerProcess(server.url, 'g', 'a'));
    await a.says('leading');
    const b = keep(new RunnerProcess(server.url, 'g', 'b'));
    await b.says('standby');
    const acknowledged: { position: string; version: number }[] = [];
    let isUp = true;
    const writer = (async () => {
      for (let n = 0; isUp; n++) {
        const answer = await api
          .put(`/v1/groups/g/runners/b/taints/k${n % 10}`, { effect: 'PreferNoLead', reason: `${n}` })
          .catch(() => null);
        if (answer?.body.changed) acknowledged.push(answer.body);
      }
    })();
    await until('some writes', () => acknowledged.length > 20);
    await server.kill();
    isUp = false;
    await writer;
    keep(await ServerProcess.start({ ...environment, CONCLAVE_PORT: server.port }));
    const { body } = await api.get('/v1/groups/g/history?limit=1000');
    const versions = new Map(body.events.map((e: any) => [e.version, e.position]));
    for (const { version, position } of acknowledged) expect(versions.get(version)).toBe(position);
    const restartedAt = new Date().toISOString();
    await until(
      'a beats with the new server',
      async () =>
        (await api.get('/v1/groups/g/runners')).body.runners.find((r: any) => r.runner === 'a').lastSeenAt >
        restartedAt,
    );
    expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({
      state: 'led',
      term: 1,
      leader: { runner: 'a' },
    });
    expect(a.news.map((n) => n.event)).toEqual(['leading']);
  });

  it('what expired while all servers were down is lifted when one is back, and the group elects', async () => {
    const server = await ServerProcess.start(environment);
    const api = new Api(server.url);
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a') });
    const { body } = await api.put('/v1/groups/g/runners/a/taints/k', { ttlMs: 3_000 });
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
    await server.kill();
    const { expiresAt } = body.events[0].data.taint;
    await until('it has expired', () => new Date().toISOString() > expiresAt);
    const back = new Api(keep(await ServerProcess.start(environment)).url);
    const led = await until(
      'the group elects',
      async () => (await back.get('/v1/groups/g/leader')).body.leader,
    );
    expect(led.runner).toBe('a');
    const { events } = (await back.get('/v1/groups/g/history?type=RunnerUntainted,LeaderElected')).body;
    expect(events.map((e: any) => [e.type, e.data.cause, e.meta.actor])).toEqual([
      ['RunnerUntainted', 'expired', 'system:deadlines'],
      ['LeaderElected', 'untainted', 'system:deadlines'],
    ]);
  });
});
