import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { Api, ServerProcess, until } from '@conclave/processes';
import { testStore, type TestStore } from '@conclave/testing';

const GROUPS = 10;

/** A runner that notes when its lead began and ended, and how often it asked in vain. */
class Noted {
  readonly leads: { term: number; isOver: boolean }[] = [];
  /** Requests that failed and were sent again. */
  failed = 0;
  private readonly runner: Runner;

  constructor(urls: string[], group: string, id: string) {
    this.runner = new Runner({ url: urls, group, id, signals: [] });
    this.runner.on('problem', () => this.failed++);
    void this.runner
      .lead(async ({ term, signal }) => {
        const lead = { term, isOver: false };
        this.leads.push(lead);
        await new Promise((done) => signal.addEventListener('abort', done));
        lead.isOver = true;
      })
      .catch(() => undefined);
  }

  stop = async (): Promise<void> => this.runner.stop();
}

describe('rolling restart of three servers', () => {
  let store: TestStore;
  let servers: ServerProcess[];
  const runners: Noted[] = [];
  const environmentOf = (port: string) => ({ ...store.environment, CONCLAVE_PORT: port });

  beforeAll(async () => {
    store = await testStore('esdb');
    servers = await Promise.all([0, 1, 2].map(async () => ServerProcess.start(store.environment)));
    const api = new Api(servers[0]!.url);
    for (let g = 0; g < GROUPS; g++) {
      await api.put(`/v1/groups/g${g}`, { leaseMs: 30_000, heartbeatMs: 1_000 });
      for (let r = 0; r < 2; r++) {
        const from = (g + r) % 3; // runners begin at any of them
        const urls = [...servers.slice(from), ...servers.slice(0, from)].map(({ url }) => url);
        runners.push(new Noted(urls, `g${g}`, `r${r}`));
      }
    }
    await until(
      'every group is led',
      () => runners.filter(({ leads }) => leads.length > 0).length === GROUPS,
    );
  });
  afterAll(async () => {
    await Promise.all(runners.map(async (runner) => runner.stop()));
    await Promise.all(servers.map(async (server) => server.kill()));
    await store.close();
  });

  const terms = () => runners.map(({ leads }) => leads.map(({ term }) => term));

  it('under load: no leader changes, no lead is lost, every stream comes back', async () => {
    const before = terms();
    for (const [n, server] of servers.entries()) {
      const { port } = server;
      expect(await server.kill('SIGTERM')).toBe(0);
      servers[n] = await ServerProcess.start(environmentOf(port));
      const api = new Api(servers[n].url);
      const seen = new Date().toISOString();
      await until('it has heard every runner beat since', async () => {
        for (let g = 0; g < GROUPS; g++) {
          const { body } = await api.get(`/v1/groups/g${g}/runners`);
          const isHeard = body.runners?.every((one: any) => one.lastSeenAt > seen && one.status === 'active');
          if (!isHeard) return false;
        }
        return true;
      });
    }
    console.log(`requests that were sent again: ${runners.reduce((sum, { failed }) => sum + failed, 0)}`);
    for (const { leads } of runners) expect(leads.map(({ isOver }) => isOver)).not.toContain(true);
    expect(terms()).toEqual(before);
    const api = new Api(servers[1]!.url);
    const { body } = await api.get('/v1/groups/g0/history?type=HeartbeatMissed,LeadershipRevoked');
    expect(body.events).toEqual([]);
    await until('every runner has its stream again', async () => {
      const counts = await Promise.all(
        servers.map(async ({ url }) => {
          const { body: text } = await new Api(url).get('/metrics');
          return Number(/^conclave_sessions\S* (\d+)$/m.exec(text as string)![1]);
        }),
      );
      return counts.reduce((sum, n) => sum + n) === 2 * GROUPS;
    });
  });
});
