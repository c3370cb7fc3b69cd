import { afterEach, describe, expect, it } from '@jest/globals';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, inc, Proxy, refusalsAmong, ServerProcess, until, wrongClock } from '@conclave/processes';
import { as, Joining, pathOf } from './joining.fixture.js';
import { bearer } from './tokens.fixture.js';

describe('runners whose credentials change', () => {
  const joining = new Joining();

  describe('runners of the SDK', () => {
    it('after its key was revoked a credential is refused, and the SDK registers again and leads', async () => {
      const group = 'ci-sdk';
      await as(joining.one, joining.admin).put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 400 });
      const { runner, problems } = joining.sdk({ group, id: 'ci-sdk', joinToken: joining.joinToken });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      // one beat may have been under way with the old one
      expect(refusalsAmong(problems).slice(1)).toEqual([]);
      const raw = await joining.joined('ci-7');
      const beat = async () =>
        (
          await as(joining.one, raw).post(`${pathOf('ci-7')}/heartbeat`, {
            incarnation: inc('ci-7'),
            sequence: Date.now(),
          })
        ).status;
      expect(await beat()).toBe(200);
      const { keys } = (await as(joining.one, joining.admin).get('/v1/keys')).body;
      const kid = JSON.parse(Buffer.from(raw.split('.')[0]!, 'base64url').toString()).kid as string;
      expect(keys.map((key: { kid: string }) => key.kid)).toContain(kid);
      expect(
        (await as(joining.one, joining.admin).post('/v1/keys/rotate', { reason: 'leaked' })).status,
      ).toBe(200);
      expect(await beat()).toBe(200); // what it signed stays good until it is revoked
      const { body } = await as(joining.one, joining.admin).post(`/v1/keys/${kid}/revoke`, {
        reason: 'leaked',
      });
      expect(body.revoked).toHaveLength(1);
      await until('it is refused', async () => (await beat()) === 401);
      await until('the SDK was refused, too', () =>
        problems.some((problem) => problem.includes('Register again')),
      );
      await until('it leads', () => runner.mayProcess());
      const { leader } = (await as(joining.one, joining.admin).get(`/v1/groups/${group}/leader`)).body;
      expect(leader).toMatchObject({ runner: 'ci-sdk' });
      expect(refusalsAmong(problems).filter((problem) => !problem.includes('Register again'))).toEqual([]);
    });

    it('of one process beat in one request, each with its own credential', async () => {
      const groups = ['ci-m1', 'ci-m2', 'ci-m3'];
      const admin = as(joining.one, joining.admin);
      for (const group of groups)
        await admin.put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 200 });
      const runners = groups.map((group) => joining.sdk({ group, id: 'ci-m', joinToken: joining.joinToken }));
      for (const { runner } of runners) runner.start();
      await until('all lead', () => runners.every(({ runner }) => runner.mayProcess()));
      const together = async () => {
        const { body } = await admin.get('/metrics');
        const of = /conclave_http_requests_total{[^}]*route="\/v1\/heartbeats",status="200"[^}]*} (\d+)/;
        return Number(of.exec(String(body))?.[1] ?? 0);
      };
      const before = await together();
      await until('they are in step', async () => (await together()) > before + 3);
      expect(runners.flatMap(({ problems }) => refusalsAmong(problems).slice(1))).toEqual([]);
      for (const { runner } of runners) await runner.stop();
    });

    it('a token file that is renewed in place', async () => {
      const group = 'renewed';
      await as(joining.one, joining.admin).put(`/v1/groups/${group}`, { leaseMs: 4_000, heartbeatMs: 200 });
      const [before, after] = [
        await joining.tokens.make('b', 'runner'),
        await joining.tokens.make('a', 'runner'),
      ];
      const tokenFile = join(joining.tokens.folder, 'runner.token');
      const renew = (token: string) => {
        writeFileSync(`${tokenFile}.new`, `${token}\n`);
        renameSync(`${tokenFile}.new`, tokenFile);
      };
      renew(before);
      const { runner, problems } = joining.sdk({ group, id: 'r', tokenFile });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      const counts = async (token: string) =>
        (await as(joining.one, token).get(`/v1/groups/${group}`)).status !== 401;
      await until('the new one counts', async () => counts(after)); // the server may have read the file before it was made
      renew(after);
      await joining.tokens.revoke('b');
      await until('the old one counts no more', async () => !(await counts(before)));
      const { body } = await as(joining.one, joining.admin).get(
        `/v1/groups/${group}/leader?waitMs=5000&afterTerm=1`,
      );
      const still = { mayProcess: runner.mayProcess(), problems: refusalsAmong(problems) };
      expect({ ...body, ...still }).toMatchObject({
        term: 1,
        leader: { runner: 'r' },
        mayProcess: true,
        problems: [],
      });
    });

    it('whose token is refused tries on, says so, and never says that it leads past its lease', async () => {
      const group = 'refused';
      await as(joining.one, joining.admin).put(`/v1/groups/${group}`, { leaseMs: 1_500, heartbeatMs: 300 });
      const token = await joining.tokens.make('soon-gone', 'runner', [group]);
      const { runner, problems } = joining.sdk({ group, id: 'r', token });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      await joining.tokens.revoke('soon-gone');
      await until('it is told', () => problems.some((problem) => problem.includes('revoked')));
      const toldMs = performance.now();
      const ledAfterMs: number[] = [];
      await until('it does not lead', () => {
        const ms = performance.now() - toldMs; // looked at first: a machine that stands still proves nothing
        const leads = runner.mayProcess();
        if (leads) ledAfterMs.push(ms);
        return !leads;
      });
      expect(Math.max(0, ...ledAfterMs)).toBeLessThan(1_500);
      const count = problems.length;
      await until('it tries on', () => problems.length > count + 3);
      expect(runner.mayProcess()).toBe(false);
      expect(runner.term).toBeNull();
      expect(problems.every((problem) => !problem.includes(token))).toBe(true);
    });
  });

  describe('a server that has not read all of the log, or does not know the time yet', () => {
    const ways: Proxy[] = [];
    afterEach(async () => Promise.all(ways.splice(0).map(async (way) => way.close())));
    const wayTo = async (port: number | null): Promise<Proxy> => {
      const way = new Proxy();
      ways.push(way);
      await way.listen();
      way.leadTo(port);
      return way;
    };
    const refusal = { status: 503, body: { code: 'not-ready' } };

    it('costs no runner its credential, and so its lead when its join token is over', async () => {
      const group = 'ci-waits';
      const token = await joining.tokens.make('short', 'join', [group]);
      const port = Number(new URL(joining.one.url).port);
      const toOne = await wayTo(port);
      const waiting = await joining.startBehind(await wayTo(null));
      const url = [`http://127.0.0.1:${toOne.port}`, waiting.url];
      const { runner, problems } = joining.sdk({ group, id: 'r', joinToken: token, url });
      runner.start();
      await until('it leads', () => runner.mayProcess());
      await joining.tokens.revoke('short');
      toOne.leadTo(null);
      await until('it has asked the one that waits', () =>
        problems.some((problem) => /cannot be told yet|does not count/.test(problem)),
      );
      const backMs = Date.now();
      toOne.leadTo(port);
      await until('it is heard again', async () => {
        const { body } = await as(joining.two, joining.admin).get(`/v1/groups/${group}/runners`);
        return Date.parse(body.runners[0].lastSeenAt) > backMs;
      });
      expect([runner.mayProcess(), runner.term]).toEqual([true, 1]);
      expect(problems.filter((problem) => problem.includes('revoked'))).toEqual([]);
    });

    it('refuses nobody for a credential that is over by its wrong clock', async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const token = await joining.tokens.make('an-hour', 'admin', ['*'], undefined, expiresAt);
      const way = await wayTo(null);
      const ahead = new Api((await joining.startBehind(way, wrongClock(7_200_000))).url);
      expect(await as(ahead, token).get('/v1/groups')).toMatchObject(refusal);
      way.leadTo(joining.storePort);
      await until(
        'it goes by the time of the store',
        async () => (await ahead.get('/readyz')).status === 200,
      );
      expect((await as(ahead, token).get('/v1/groups')).status).toBe(200);
    });

    it('says so of a credential by a server that began while it heard nothing', async () => {
      const way = await wayTo(joining.storePort);
      const deaf = new Api((await joining.startBehind(way)).url);
      const own = await joining.joined('ci-known');
      await until(
        'it has read that',
        async () => (await as(deaf, own).get('/v1/groups/ci/leader')).status === 200,
      );
      way.leadTo(null);
      const other = new Api((await joining.start()).url);
      const answer = await as(other, joining.joinToken).put(pathOf('ci-new'), { incarnation: inc('ci-new') });
      const beat = { incarnation: inc('ci-new'), sequence: 1 };
      const beats = async () => as(deaf, answer.body.credential).post(`${pathOf('ci-new')}/heartbeat`, beat);
      expect(await beats()).toMatchObject(refusal);
      const said = { ...beat, group: 'ci', runner: 'ci-new', credential: answer.body.credential };
      const joint = await as(deaf, own).post('/v1/heartbeats', { beats: [said] });
      expect(joint.body.replies).toMatchObject([{ status: 503, code: 'not-ready' }]);
      way.leadTo(joining.storePort);
      await until('it is let in', async () => (await beats()).status === 200);
    });
  });

  it('a term that is given back in a beat stands in the record with how it was proved who did, also in a batch', async () => {
    const [group, id] = ['ci-given-back', 'ci-a'];
    const own = as(joining.one, await joining.joined(id, group));
    const about = { incarnation: inc(id) };
    for (const [n, path] of [`${pathOf(id, group)}/heartbeat`, '/v1/heartbeats'].entries()) {
      const beat = { ...about, sequence: 10 * n + 1, released: n + 1 };
      await own.post(`${pathOf(id, group)}/heartbeat`, { ...about, sequence: 10 * n, term: n + 1 });
      await own.post(path, n === 0 ? beat : { beats: [{ ...beat, group, runner: id }] });
    }
    const { body } = await as(joining.one, joining.admin).get(
      `/v1/groups/${group}/history?type=LeadershipEnded`,
    );
    const by = { actor: `runner:${id}`, auth: { kind: 'runner', subject: `${group}/${id}` } };
    expect(body.events).toMatchObject([{ meta: by }, { meta: by }]);
  });

  describe('a lost session in a fenced group', () => {
    it('counts as evidence with a credential, without a secret', async () => {
      await as(joining.one, joining.admin).put('/v1/groups/ci-fenced', { failover: 'fenced' });
      const [own] = [await joining.joined('ci-a', 'ci-fenced'), await joining.joined('ci-b', 'ci-fenced')];
      const path = pathOf('ci-a', 'ci-fenced');
      const beat = { incarnation: inc('ci-a'), sequence: 1, term: 1 };
      expect((await as(joining.one, own).post(`${path}/heartbeat`, beat)).body.leaseMs).toBe(15_000);
      const session = await joining.one.stream(`${path}/session?incarnation=${inc('ci-a')}`, bearer(own));
      await session.next('its role', ({ event }) => event === 'elected');
      session.cut();
      const next = async () =>
        (await as(joining.one, joining.admin).get('/v1/groups/ci-fenced/leader')).body.term === 2;
      await until('the other joining.one leads', next, 8_000);
    });

    it('counts as nothing without both', async () => {
      const open = await ServerProcess.start();
      joining.servers.push(open);
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
});
