import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';
import { STORES, testStore, type TestStore } from '@conclave/testing';
import { IsLeaderReply } from '@conclave/contract';

const PAGE = 'https://pages.example';

describe.each(STORES)('what a balancer asks a server over %s', (kind) => {
  let store: TestStore;
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    store = await testStore(kind);
    server = await ServerProcess.start({ ...store.environment, CONCLAVE_CORS_ORIGINS: PAGE });
    api = new Api(server.url);
    await api.put('/v1/groups/web', { leaseMs: 600_000 });
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/web/runners/${id}`, { incarnation: inc(id), ready: true });
  });
  afterAll(async () => {
    await server.kill();
    await store.close();
  });

  const of = (runner: string, group = 'web') => `/v1/groups/${group}/runners/${runner}/is-leader`;
  const statuses = async (path: string, headers = {}) =>
    Promise.all(
      ['GET', 'HEAD', 'OPTIONS'].map(
        async (method) => (await fetch(server.url + path, { method, headers })).status,
      ),
    );

  it('200 of the leader, 503 of everybody else, by any method', async () => {
    await until('it knows', async () => (await api.get(of('a'))).status === 200);
    const { body, headers } = await api.get(of('a'));
    expect(IsLeaderReply.parse(body)).toEqual({ group: 'web', runner: 'a', leads: true, term: 1 });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await statuses(of('a'))).toEqual([200, 200, 200]);
    for (const path of [of('b'), of('nobody'), of('a', 'nowhere')])
      expect({ path, statuses: await statuses(path) }).toEqual({ path, statuses: [503, 503, 503] });
    expect((await api.get(of('b'))).body).toMatchObject({
      code: 'not-leading',
      detail: '"a" leads in term 1.',
    });
    expect((await api.get(of('no%20name'))).status).toBe(400);
  });

  it('OPTIONS is the question, also from a page that may ask: 204 would send it traffic', async () => {
    const preflight = { origin: PAGE, 'access-control-request-method': 'GET' };
    expect(await statuses(of('b'), preflight)).toEqual([503, 503, 503]);
    expect((await statuses('/v1/groups/web/leader', preflight))[2]).toBe(204);
  });

  it('not of who was told to stop; of the successor when it leads', async () => {
    await api.put('/v1/groups/web/runners/a/taints/k', {});
    expect([await statuses(of('a')), await statuses(of('b'))]).toEqual([
      [503, 503, 503],
      [503, 503, 503],
    ]);
    await api.post('/v1/groups/web/runners/a/release', { incarnation: inc('a'), term: 1 });
    expect([(await api.get(of('a'))).status, (await api.get(of('b'))).body]).toMatchObject([
      503,
      { leads: true, term: 2 },
    ]);
  });
});
