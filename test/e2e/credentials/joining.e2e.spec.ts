import { describe, expect, it } from '@jest/globals';
import { Api, inc, until } from '@conclave/processes';
import { as, Joining, pathOf } from './joining.fixture.js';
import { bearer } from './tokens.fixture.js';

async function forbidden(answer: Promise<{ status: number; body: { code: string } }>): Promise<void> {
  expect(await answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
}

describe('join tokens and the credentials that they give', () => {
  const joining = new Joining();

  it('a join token registers the runners that it is for, and does nothing else', async () => {
    await joining.joined('ci-1');
    const its = as(joining.one, joining.joinToken);
    const incarnation = inc('ci-1');
    await forbidden(its.put(pathOf('x'), { incarnation: inc('x') }));
    await forbidden(its.put(pathOf('ci-1', 'other'), { incarnation }));
    await forbidden(its.post(`${pathOf('ci-1')}/heartbeat`, { incarnation, sequence: 1 }));
    await forbidden(its.post(`${pathOf('ci-1')}/release`, { incarnation, term: 1 }));
    await forbidden(its.post(`${pathOf('ci-1')}/resign`, { incarnation, term: 1 }));
    await forbidden(its.delete(`${pathOf('ci-1')}?incarnation=${incarnation}`));
    await forbidden(its.get(`${pathOf('ci-1')}/session?incarnation=${incarnation}`));
    await forbidden(its.get('/v1/groups/ci'));
    await forbidden(its.get('/v1/groups/ci/leader'));
    await forbidden(its.put('/v1/groups/ci', { drainMs: 1 }));
    const beat = { group: 'ci', runner: 'ci-1', incarnation, sequence: 1 };
    await forbidden(its.post('/v1/heartbeats', { beats: [beat] }));
    for (const path of ['/v1/groups', '/v1/head', '/v1/keys', '/v1/watch', '/metrics'])
      expect((await its.get(path)).status).toBe(403);
    const { body } = await as(joining.one, joining.admin).get('/v1/groups/ci/history');
    const registered = body.events.find((event: { type: string }) => event.type === 'RunnerRegistered');
    expect(registered.meta).toMatchObject({
      actor: 'runner:ci-1',
      auth: { kind: 'token', subject: joining.joinToken.split('_')[1] },
    });
    expect(JSON.stringify(body)).not.toContain('credential');
  });

  it('the credential speaks for that process of that runner of that group, on every server', async () => {
    const own = await joining.joined('ci-2', 'ci2');
    await joining.joined('ci-3', 'ci2');
    const incarnation = inc('ci-2');
    const beat = (sequence: number, more: object = {}) => ({ incarnation, sequence, term: 1, ...more });
    for (const [n, api] of [joining.one, joining.two].entries()) {
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
    const session = await joining.two.stream(
      `${pathOf('ci-2', 'ci2')}/session?incarnation=${incarnation}`,
      bearer(own),
    );
    await session.next('its role', ({ event }) => event === 'elected');
    const released = await as(joining.one, own).post(`${pathOf('ci-2', 'ci2')}/release`, {
      incarnation,
      term: 1,
    });
    expect(released.body.leader).toMatchObject({ term: 2 });
    expect(released.body.events[0].meta).toMatchObject({
      actor: 'runner:ci-2',
      auth: { kind: 'runner', subject: 'ci2/ci-2', issuer: null },
    });
    session.cut();
  });

  it('several that speak in one request each show their own; what one of them shows is not for the others', async () => {
    const [own, its] = [await joining.joined('ci-81'), await joining.joined('ci-82')];
    // of whom it has not read yet it looks up first: a later beat of the same runner may be heard before that one
    await until('the server has read of both', async () => {
      const { body: members } = await as(joining.one, joining.admin).get('/v1/groups/ci/runners');
      return ['ci-81', 'ci-82'].every((id) => members.runners.some((one: any) => one.runner === id));
    });
    const beat = (runner: string, sequence: number, credential?: string) => ({
      group: 'ci',
      runner,
      incarnation: inc(runner),
      sequence,
      ...(credential !== undefined && { credential }),
    });
    const forged = `${its.split('.').slice(0, 2).join('.')}.${own.split('.')[2]}`;
    const operator = await joining.tokens.make('op', 'runner');
    const { status, body } = await as(joining.one, own).post('/v1/heartbeats', {
      beats: [
        beat('ci-81', 1),
        beat('ci-81', 2, own),
        beat('ci-82', 1, its),
        beat('ci-82', 2),
        beat('ci-81', 3, its),
        beat('ci-82', 3, forged),
        beat('ci-82', 4, operator), // only who has joined has a credential of its own
        beat('ci-82', 5, its),
      ],
    });
    expect(status).toBe(200);
    expect(body.replies.map((one: { status: number; code?: string }) => one.code ?? one.status)).toEqual([
      200,
      200,
      200,
      'forbidden',
      'forbidden',
      'unauthenticated',
      'unauthenticated',
      200,
    ]);
    expect(body.replies[6].detail).toMatch(/none that a process got for its join token; leave it out/);
    const unknown = await joining.one.post('/v1/heartbeats', { beats: [beat('ci-82', 6, its)] });
    expect(unknown.status).toBe(401); // the request must show one, too
  });

  it('a newer process of the runner ends its use', async () => {
    const old = await joining.joined('ci-4');
    const now = await joining.joined('ci-4', 'ci', 2);
    const path = `${pathOf('ci-4')}/heartbeat`;
    const its = { incarnation: inc('ci-4'), sequence: 1 };
    expect((await as(joining.one, old).post(path, its)).body).toMatchObject({
      role: 'superseded',
      leaseMs: 0,
    });
    for (const how of ['release', 'resign'])
      expect(
        await as(joining.one, old).post(`${pathOf('ci-4')}/${how}`, { incarnation: inc('ci-4'), term: 1 }),
      ).toMatchObject({ status: 409, body: { code: 'incarnation-superseded' } });
    await forbidden(as(joining.one, old).post(path, { incarnation: inc('ci-4', 2), sequence: 1 }));
    expect((await as(joining.one, now).post(path, { incarnation: inc('ci-4', 2), sequence: 1 })).status).toBe(
      200,
    );
  });

  it('who joins cannot end a process that has joined, nor get its credential', async () => {
    const its = as(joining.one, joining.joinToken);
    const path = pathOf('ci-8');
    const own = await joining.joined('ci-8');
    expect(await joining.joined('ci-8')).toEqual(expect.any(String)); // an answer may be lost: asked again, before it is heard
    const beat = { incarnation: inc('ci-8'), sequence: 1 };
    expect((await as(joining.one, own).post(`${path}/heartbeat`, beat)).status).toBe(200);
    await until('it is heard', async () => {
      const { body } = await as(joining.one, joining.admin).get('/v1/groups/ci/runners');
      return body.runners.some((one: any) => one.runner === 'ci-8' && one.lastSeenAt !== null);
    });
    const wrong = { status: 403, body: { code: 'secret-wrong' } };
    expect(await its.put(path, { incarnation: inc('ci-8'), ready: true })).toMatchObject(wrong);
    const next = { incarnation: inc('ci-8', 2), ready: true, previousExited: inc('ci-8') };
    await forbidden(its.put(path, next));
    expect(await its.put(path, { ...next, previousSecret: 's'.repeat(32) })).toMatchObject(wrong);
  });

  it('a repeat by the key of a registration gets no credential without the secret of the process', async () => {
    const put = async (key: string, secret?: string) =>
      joining.one.put(
        pathOf('ci-10'),
        { incarnation: inc('ci-10'), ready: true },
        {
          ...bearer(joining.joinToken),
          'idempotency-key': key,
          ...(secret && { 'x-conclave-secret': secret }),
        },
      );
    const secret = 's'.repeat(32);
    expect((await put('once', secret)).body.credential).toEqual(expect.any(String));
    for (const [key, shown] of [['once'], ['twice'], ['once', 't'.repeat(32)]] as const)
      expect(await put(key, shown)).toMatchObject({ status: 403, body: { code: 'secret-wrong' } });
    expect((await put('once', secret)).body.credential).toEqual(expect.any(String));
  });

  it('changed by a letter, or signed by nobody, it counts for nothing', async () => {
    const [head, payload, signature] = (await joining.joined('ci-5')).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const path = `${pathOf('ci-6')}/heartbeat`;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'ci-6' })).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"conclave-runner+jwt"}').toString('base64url');
    for (const token of [`${head}.${forged}.${signature}`, `${none}.${forged}.`, `${head}.${forged}.`])
      expect(
        await as(joining.one, token).post(path, { incarnation: inc('ci-6'), sequence: 1 }),
      ).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('a credential counts after a restart of all servers, and watches end with the credential', async () => {
    const own = await joining.joined('ci-9');
    const seer = await joining.tokens.make('seer', 'auditor');
    const watches = await Promise.all([
      joining.one.stream('/v1/watch?events=true', bearer(seer)),
      joining.two.stream('/v1/groups/ci/watch', bearer(seer)),
    ]);
    expect(watches.map(({ response }) => response.status)).toEqual([200, 200]);
    expect(watches.map(({ isClosed }) => isClosed)).toEqual([false, false]);
    await joining.tokens.revoke('seer');
    await until('both watches end', () => watches.every(({ isClosed }) => isClosed), 5_000);

    await Promise.all(joining.servers.splice(0).map(async (server) => server.kill('SIGTERM')));
    const again = new Api((await joining.start()).url);
    const beat = { incarnation: inc('ci-9'), sequence: 1 };
    expect(await as(again, own).post(`${pathOf('ci-9')}/heartbeat`, beat)).toMatchObject({ status: 200 });
  });
});
