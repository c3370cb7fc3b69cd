import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runner, type RunnerOptions } from '@conclave/runner-sdk';
import { Api, inc, ServerProcess, testStore, until, type TestStore } from '@conclave/testing';
import { bearer, Tokens } from './tokens.fixture.js';

describe('join tokens and the credentials that they give', () => {
  const tokens = new Tokens();
  const runners: Runner[] = [];
  const servers: ServerProcess[] = [];
  let store: TestStore;
  let admin: string;
  let join_: string;
  let one: Api;
  let two: Api;

  const start = async (): Promise<ServerProcess> => {
    const server = await ServerProcess.start({ ...store.environment, CONCLAVE_TOKENS: tokens.file });
    servers.push(server);
    return server;
  };
  const as = (api: Api, token: string) => ({
    get: async (path: string) => api.get(path, bearer(token)),
    put: async (path: string, body: object) => api.put(path, body, bearer(token)),
    post: async (path: string, body: object) => api.post(path, body, bearer(token)),
    delete: async (path: string) => api.delete(path, bearer(token)),
  });

  beforeAll(async () => {
    store = await testStore('esdb');
    admin = await tokens.make('root', 'admin');
    join_ = await tokens.make('ci', 'join', '--group', 'ci*', '--runner', 'ci-*');
    const [first, second] = [await start(), await start()];
    [one, two] = [new Api(first.url), new Api(second.url)];
    for (const group of ['ci', 'ci2', 'other']) await as(one, admin).put(`/v1/groups/${group}`, {});
  });
  afterAll(async () => {
    await Promise.all(runners.map(async (runner) => runner.stop()));
    await Promise.all(servers.map(async (server) => server.kill('SIGTERM')));
    await store.close();
    tokens.remove();
  });

  const pathOf = (runner: string, group = 'ci') => `/v1/groups/${group}/runners/${runner}`;
  async function joined(runner: string, group = 'ci', life = 1): Promise<string> {
    const process = { incarnation: inc(runner, life), ready: true };
    const { status, body } = await as(one, join_).put(pathOf(runner, group), process);
    expect([200, 201]).toContain(status);
    expect(body.credential.split('.')).toHaveLength(3);
    return body.credential as string;
  }
  async function forbidden(answer: Promise<{ status: number; body: { code: string } }>): Promise<void> {
    expect(await answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  }
  const sdk = (options: Partial<RunnerOptions> & { group: string; id: string }) => {
    const runner = new Runner({ url: one.url, signals: [], ...options });
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    runners.push(runner);
    return { runner, problems };
  };

  it('a join token registers the runners that it is for, and does nothing else', async () => {
    await joined('ci-1');
    const joining = as(one, join_);
    const incarnation = inc('ci-1');
    await forbidden(joining.put(pathOf('x'), { incarnation: inc('x') }));
    await forbidden(joining.put(pathOf('ci-1', 'other'), { incarnation }));
    await forbidden(joining.post(`${pathOf('ci-1')}/heartbeat`, { incarnation, sequence: 1 }));
    await forbidden(joining.post(`${pathOf('ci-1')}/release`, { incarnation, term: 1 }));
    await forbidden(joining.post(`${pathOf('ci-1')}/resign`, { incarnation, term: 1 }));
    await forbidden(joining.delete(`${pathOf('ci-1')}?incarnation=${incarnation}`));
    await forbidden(joining.get(`${pathOf('ci-1')}/session?incarnation=${incarnation}`));
    await forbidden(joining.get('/v1/groups/ci'));
    await forbidden(joining.get('/v1/groups/ci/leader'));
    await forbidden(joining.put('/v1/groups/ci', { drainMs: 1 }));
    const beat = { group: 'ci', runner: 'ci-1', incarnation, sequence: 1 };
    await forbidden(joining.post('/v1/heartbeats', { beats: [beat] }));
    for (const path of ['/v1/groups', '/v1/head', '/v1/keys', '/v1/watch', '/metrics'])
      expect((await joining.get(path)).status).toBe(403);
    const { body } = await as(one, admin).get('/v1/groups/ci/history');
    const registered = body.events.find((event: { type: string }) => event.type === 'RunnerRegistered');
    expect(registered.meta).toMatchObject({
      actor: 'runner:ci-1',
      auth: { kind: 'token', subject: join_.split('_')[1] },
    });
    expect(JSON.stringify(body)).not.toContain('credential');
  });

  it('the credential speaks for that process of that runner of that group, on every server', async () => {
    const own = await joined('ci-2', 'ci2');
    await joined('ci-3', 'ci2');
    const incarnation = inc('ci-2');
    const beat = (sequence: number, more: object = {}) => ({ incarnation, sequence, term: 1, ...more });
    for (const [n, api] of [one, two].entries()) {
      const its = as(api, own);
      const path = pathOf('ci-2', 'ci2');
      const answer = await until('the server has read the key', async () => {
        const said = await its.post(`${path}/heartbeat`, beat(10 * n + 1));
        return said.status === 401 ? null : said;
      });
      expect(answer).toMatchObject({ status: 200, body: { role: 'leader', leaseMs: 15_000 } });
      const another = inc('ci-2', 7);
      await forbidden(its.post(`${path}/heartbeat`, { ...beat(2), incarnation: another }));
      await forbidden(its.post(`${path}/release`, { incarnation: another, term: 1 }));
      await forbidden(its.post(`${path}/resign`, { incarnation: another, term: 1 }));
      await forbidden(its.delete(`${path}?incarnation=${another}`));
      await forbidden(its.delete(path)); // who names no process is an operator
      await forbidden(its.get(`${path}/session?incarnation=${another}`));
      await forbidden(its.post(`${pathOf('ci-3', 'ci2')}/heartbeat`, beat(2, { incarnation: inc('ci-3') })));
      await forbidden(its.post(`${pathOf('ci-2', 'ci')}/heartbeat`, beat(2)));
      await forbidden(its.put(path, { incarnation }));
      await forbidden(its.put(path, { incarnation: another }));
      await forbidden(its.put('/v1/groups/ci2', { drainMs: 1 }));
      expect((await its.get('/v1/groups/ci2/leader')).status).toBe(200); // a runner reads who leads
      expect((await its.get('/v1/groups/ci/leader')).status).toBe(403);
      const batch = [
        { group: 'ci2', runner: 'ci-2', ...beat(10 * n + 3) },
        { group: 'ci2', runner: 'ci-2', ...beat(10 * n + 4), incarnation: another },
        { group: 'ci2', runner: 'ci-3', ...beat(10 * n + 5), incarnation: inc('ci-3') },
        { group: 'other', runner: 'ci-2', ...beat(10 * n + 6) },
        { group: 'ci2', runner: 'ci-2', ...beat(10 * n + 7) },
      ];
      const { body } = await its.post('/v1/heartbeats', { beats: batch });
      expect(body.replies).toMatchObject([
        { status: 200, role: 'leader' },
        { status: 403, code: 'forbidden' },
        { status: 403, code: 'forbidden' },
        { status: 403, code: 'forbidden' },
        { status: 200, role: 'leader' },
      ]);
    }
    const session = await two.stream(
      `${pathOf('ci-2', 'ci2')}/session?incarnation=${incarnation}`,
      bearer(own),
    );
    await session.next('its role', ({ event }) => event === 'elected');
    const released = await as(one, own).post(`${pathOf('ci-2', 'ci2')}/release`, { incarnation, term: 1 });
    expect(released.body.leader).toMatchObject({ term: 2 });
    expect(released.body.events[0].meta).toMatchObject({
      actor: 'runner:ci-2',
      auth: { kind: 'runner', subject: 'ci2/ci-2', issuer: null },
    });
    session.cut();
  });

  it('a newer process of the runner ends its use', async () => {
    const old = await joined('ci-4');
    const now = await joined('ci-4', 'ci', 2);
    const path = `${pathOf('ci-4')}/heartbeat`;
    const its = { incarnation: inc('ci-4'), sequence: 1 };
    expect((await as(one, old).post(path, its)).body).toMatchObject({ role: 'superseded', leaseMs: 0 });
    for (const how of ['release', 'resign'])
      expect(
        await as(one, old).post(`${pathOf('ci-4')}/${how}`, { incarnation: inc('ci-4'), term: 1 }),
      ).toMatchObject({ status: 409, body: { code: 'incarnation-superseded' } });
    await forbidden(as(one, old).post(path, { incarnation: inc('ci-4', 2), sequence: 1 }));
    expect((await as(one, now).post(path, { incarnation: inc('ci-4', 2), sequence: 1 })).status).toBe(200);
  });

  it('changed by a letter, or signed by nobody, it counts for nothing', async () => {
    const [head, payload, signature] = (await joined('ci-5')).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const path = `${pathOf('ci-6')}/heartbeat`;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'ci-6' })).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"conclave-runner+jwt"}').toString('base64url');
    for (const token of [`${head}.${forged}.${signature}`, `${none}.${forged}.`, `${head}.${forged}.`])
      expect(await as(one, token).post(path, { incarnation: inc('ci-6'), sequence: 1 })).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      });
  });

  describe('runners of the SDK', () => {
    it('after its key was revoked a credential is refused, and the SDK registers again and leads', async () => {
      const group = 'ci-sdk';
      await as(one, admin).put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 400 });
      const { runner, problems } = sdk({ group, id: 'ci-sdk', joinToken: join_ });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      expect(problems).toEqual([]);
      const raw = await joined('ci-7');
      const beat = async () =>
        (
          await as(one, raw).post(`${pathOf('ci-7')}/heartbeat`, {
            incarnation: inc('ci-7'),
            sequence: Date.now(),
          })
        ).status;
      expect(await beat()).toBe(200);
      const { keys } = (await as(one, admin).get('/v1/keys')).body;
      const kid = JSON.parse(Buffer.from(raw.split('.')[0]!, 'base64url').toString()).kid as string;
      expect(keys.map((key: { kid: string }) => key.kid)).toContain(kid);
      expect((await as(one, admin).post('/v1/keys/rotate', { reason: 'leaked' })).status).toBe(200);
      expect(await beat()).toBe(200); // what it signed stays good until it is revoked
      const { body } = await as(one, admin).post(`/v1/keys/${kid}/revoke`, { reason: 'leaked' });
      expect(body.revoked).toHaveLength(1);
      await until('it is refused', async () => (await beat()) === 401);
      await until('the SDK was refused, too', () =>
        problems.some((problem) => problem.includes('Register again')),
      );
      await until('it leads', () => runner.mayProcess());
      const { leader } = (await as(one, admin).get(`/v1/groups/${group}/leader`)).body;
      expect(leader).toMatchObject({ runner: 'ci-sdk' });
      expect(problems.filter((problem) => !problem.includes('Register again'))).toEqual([]);
    });

    it('a token file that is renewed in place', async () => {
      const group = 'renewed';
      await as(one, admin).put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 200 });
      const [before, after] = [await tokens.make('b', 'runner'), await tokens.make('a', 'runner')];
      const tokenFile = join(tokens.folder, 'runner.token');
      const renew = (token: string) => {
        writeFileSync(`${tokenFile}.new`, `${token}\n`);
        renameSync(`${tokenFile}.new`, tokenFile);
      };
      renew(before);
      const { runner, problems } = sdk({ group, id: 'r', tokenFile });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      renew(after);
      await tokens.revoke('b');
      await until('the old one counts no more', async () => {
        const answer = await as(one, before).get(`/v1/groups/${group}`);
        return answer.status === 401;
      });
      const { body } = await as(one, admin).get(`/v1/groups/${group}/leader?waitMs=5000&afterTerm=1`);
      expect(body).toMatchObject({ term: 1, leader: { runner: 'r' } });
      expect(runner.mayProcess()).toBe(true);
      expect(problems).toEqual([]);
    });

    it('whose token is refused tries on, says so, and never says that it leads past its lease', async () => {
      const group = 'refused';
      await as(one, admin).put(`/v1/groups/${group}`, { leaseMs: 1_500, heartbeatMs: 300 });
      const token = await tokens.make('soon-gone', 'runner', '--group', group);
      const { runner, problems } = sdk({ group, id: 'r', token });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      await tokens.revoke('soon-gone');
      await until('it is told', () => problems.some((problem) => problem.includes('revoked')));
      const toldMs = performance.now();
      await until('it does not lead', () => !runner.mayProcess());
      expect(performance.now() - toldMs).toBeLessThan(1_500);
      const count = problems.length;
      await until('it tries on', () => problems.length > count + 3);
      expect(runner.mayProcess()).toBe(false);
      expect(runner.term).toBeNull();
      expect(problems.every((problem) => !problem.includes(token))).toBe(true);
    });
  });

  describe('a lost session in a fenced group', () => {
    it('counts as evidence with a credential, without a secret', async () => {
      await as(one, admin).put('/v1/groups/ci-fenced', { failover: 'fenced' });
      const [own] = [await joined('ci-a', 'ci-fenced'), await joined('ci-b', 'ci-fenced')];
      const path = pathOf('ci-a', 'ci-fenced');
      const beat = { incarnation: inc('ci-a'), sequence: 1, term: 1 };
      expect((await as(one, own).post(`${path}/heartbeat`, beat)).body.leaseMs).toBe(15_000);
      const session = await one.stream(`${path}/session?incarnation=${inc('ci-a')}`, bearer(own));
      await session.next('its role', ({ event }) => event === 'elected');
      session.cut();
      const next = async () => (await as(one, admin).get('/v1/groups/ci-fenced/leader')).body.term === 2;
      await until('the other one leads', next, 8_000);
    });

    it('counts as nothing without both', async () => {
      const open = await ServerProcess.start();
      servers.push(open);
      const api = new Api(open.url);
      await api.put('/v1/groups/g', { failover: 'fenced' });
      for (const id of ['a', 'b'])
        await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
      const beat = { incarnation: inc('a'), sequence: 1, term: 1 };
      await api.post('/v1/groups/g/runners/a/heartbeat', beat);
      const session = await api.stream(`/v1/groups/g/runners/a/session?incarnation=${inc('a')}`);
      await session.next('its role', ({ event }) => event === 'elected');
      session.cut();
      const { body } = await api.get('/v1/groups/g/leader?afterTerm=1&waitMs=4000');
      expect(body).toMatchObject({ term: 1, leader: { runner: 'a' } });
    });
  });

  it('a credential counts after a restart of all servers, and watches end with the credential', async () => {
    const own = await joined('ci-9');
    const seer = await tokens.make('seer', 'auditor');
    const watches = await until('the token counts', async () => {
      const both = await Promise.all([
        one.stream('/v1/watch?events=true', bearer(seer)),
        two.stream('/v1/groups/ci/watch', bearer(seer)),
      ]);
      if (both.every(({ response }) => response.status === 200)) return both;
      for (const stream of both) stream.cut();
      return null;
    });
    expect(watches.map(({ isClosed }) => isClosed)).toEqual([false, false]);
    await tokens.revoke('seer');
    await until('both watches end', () => watches.every(({ isClosed }) => isClosed), 5_000);

    await Promise.all(servers.splice(0).map(async (server) => server.kill('SIGTERM')));
    const again = new Api((await start()).url);
    const beat = { incarnation: inc('ci-9'), sequence: 1 };
    expect(await as(again, own).post(`${pathOf('ci-9')}/heartbeat`, beat)).toMatchObject({ status: 200 });
  });
});
