import { describe, expect, it } from '@jest/globals';
import { inc, until } from '@conclave/processes';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, expectProblem, I, Served } from './served.fixture.js';

describe.each(STORES)('operators over %s', (kind) => {
  const served = new Served(kind);

  it('flap damping: a runner that fell silent too often is held back, says until when, and can be forgiven', async () => {
    const group = `${kind}-flap`;
    const path = `/v1/groups/${group}`;
    await served.api.put(path, { failover: 'fenced', leaseMs: 600_000, damping: { suppressAt: 1000 } });
    const own = { 'x-conclave-secret': 'only-this-process-knows-0123456789' };
    const beat = async (sequence: number, more = {}) =>
      served.api.post(`${path}/runners/a/heartbeat`, { incarnation: inc('a'), sequence, ...more }, own);
    await served.api.put(`${path}/runners/a`, { incarnation: inc('a') }, own);
    const session = await served.api.stream(`${path}/runners/a/session?incarnation=${inc('a')}`, own);
    await session.next('open', () => true);
    await beat(1);
    await beat(2, { term: 1 });
    session.cut(); // evidence connection-lost: silent
    await until('it is given up', async () => (await served.api.get(path)).body.runners.silent === 1);
    await beat(3);
    const read = expectBody(await served.api.get(path), 200, schemas.GroupReply);
    expect(read).toMatchObject({
      state: 'leaderless',
      verdicts: [{ runner: 'a', eligible: false, why: 'flapping', until: expect.any(String) }],
      why: expect.stringMatching(/too often.*until .*forgive/),
    });
    expect(
      expectBody(await served.api.post(`${path}/runners/a/forgive?dryRun=true`, {}), 200, schemas.WriteReply),
    ).toMatchObject({ changed: true, leader: { state: 'led', term: 2 } });
    const forgiven = expectBody(
      await served.api.post(`${path}/runners/a/forgive`, { reason: 'cable' }),
      200,
      schemas.WriteReply,
    );
    expect(forgiven.events.map((e: any) => e.type)).toEqual(['RunnerForgiven', 'LeaderElected']);
    expect((await served.api.post(`${path}/runners/a/forgive`, {})).body.changed).toBe(false);
  });

  it('resign: a dry run says what would come of it, and ends nothing, no beats either', async () => {
    const path = `/v1/groups/${served.newGroup()}`;
    const [incarnation, runner] = [inc('a'), `${path}/runners/a`];
    await served.api.put(path, { leaseMs: 600_000 });
    await served.api.put(runner, { incarnation, ready: true });
    for (const more of [{}, { term: 1 }])
      expect(
        expectBody(
          await served.api.post(`${runner}/resign?dryRun=true`, { incarnation, sequence: 9, ...more }),
          200,
          schemas.WriteReply,
        ),
      ).toMatchObject({ changed: true, dryRun: true, leader: { state: 'leaderless' } });
    const beat = await served.api.post(`${runner}/heartbeat`, { incarnation, sequence: 1, term: 1 });
    expect(beat.body).toMatchObject({ role: 'leader', term: 1 });
  });

  it('settings: 201 created, 200 changed, kept, refused', async () => {
    const path = `/v1/groups/${served.newGroup()}`;
    expect(
      expectBody(
        await served.api.put(path, { leaseMs: 3000 }, { 'x-conclave-actor': 'ana' }),
        201,
        schemas.WriteReply,
      ).events[0].meta.actor,
    ).toBe('claimed:ana');
    expect(expectBody(await served.api.put(path, { drainMs: 0 }), 200, schemas.WriteReply)).toMatchObject({
      changed: true,
    });
    const read = await served.api.get(path);
    expect(expectBody(read, 200, schemas.GroupReply).settings).toEqual({
      strategy: 'oldest',
      failback: 'never',
      failover: 'lease',
      leaseMs: 3000,
      heartbeatMs: 1000,
      drainMs: 0,
    });
    expect(read.headers.get('etag')).toBe('"2"');
    expectProblem(await served.api.put(path, { heartbeatMs: 2000 }), 400, 'settings-invalid', /at most 1000/);
    expect((await served.api.get(path)).body.version).toBe(2);
  });

  it('taint: 201, repeated 200 unchanged, replaced 200, lifted, absent', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/runners/b/taints/maintenance`;
    expect(expectBody(await served.api.put(path, { reason: 'disk' }), 201, schemas.WriteReply)).toMatchObject(
      { changed: true },
    );
    expect(expectBody(await served.api.put(path, { reason: 'disk' }), 200, schemas.WriteReply)).toMatchObject(
      { changed: false, events: [] },
    );
    expect((await served.api.put(path, { effect: 'NoElect' })).status).toBe(200);
    const { runners } = expectBody(
      await served.api.get(`/v1/groups/${group}/runners`),
      200,
      schemas.RunnersPage,
    );
    expect(runners[1].taints).toMatchObject([
      {
        key: 'maintenance',
        effect: 'NoElect',
        actor: 'claimed:anonymous',
        reason: null,
        expiresAt: null,
        until: null,
      },
    ]);
    expect(expectBody(await served.api.delete(`${path}?reason=done`), 200, schemas.WriteReply)).toMatchObject(
      { changed: true },
    );
    expect(expectBody(await served.api.delete(path), 200, schemas.WriteReply)).toMatchObject({
      changed: false,
    });
  });

  it('a taint with a time to live lifts itself, and its runner leads', async () => {
    const group = served.newGroup();
    await served.api.put(`/v1/groups/${group}/runners/a`, { incarnation: I });
    const { events } = (await served.api.put(`/v1/groups/${group}/runners/a/taints/k`, { ttlMs: 400 })).body;
    expect(Date.parse(events[0].data.taint.expiresAt) - Date.parse(events[0].meta.at)).toBe(400);
    await served.api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
    expect((await served.api.get(`/v1/groups/${group}/leader?afterTerm=0&waitMs=20000`)).body).toMatchObject({
      state: 'led',
      term: 1,
    });
    expect(
      (await served.api.get(`/v1/groups/${group}/history?type=RunnerUntainted`)).body.events[0],
    ).toMatchObject({ data: { key: 'k', cause: 'expired' }, meta: { actor: 'system:deadlines' } });
    expectProblem(
      await served.api.put(`/v1/groups/${group}/runners/a/taints/k`, {
        ttlMs: 1,
        expiresAt: '2099-01-01T00:00:00.000Z',
      }),
      400,
      'invalid-request',
      /not both/,
    );
    expectProblem(
      await served.api.put(`/v1/groups/${group}/runners/a/taints/k`, {
        expiresAt: '2020-01-01T00:00:00.000Z',
      }),
      400,
      'invalid-request',
      /not after now/,
    );
  });

  it('conditions: If-Match, ifTerm, Idempotency-Key', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/runners/b/taints/k`;
    const { version } = (await served.api.get(`/v1/groups/${group}`)).body;
    expect(
      expectProblem(
        await served.api.put(path, {}, { 'if-match': `"${version - 1}"` }),
        412,
        'version-conflict',
      ),
    ).toMatchObject({ current: { version } });
    expectProblem(await served.api.put(path, { ifTerm: 9 }), 409, 'term-stale', /last term/);
    expectProblem(
      await served.api.put(path, {}, { 'if-match': 'seven' }),
      400,
      'invalid-request',
      /If-Match/,
    );
    const absent = `/v1/groups/${served.newGroup()}`;
    const conflict = expectProblem(
      await served.api.put(absent, {}, { 'if-match': '*' }),
      412,
      'version-conflict',
      /there is no/,
    );
    const stale = expectProblem(await served.api.put(absent, { ifTerm: 9 }), 409, 'term-stale');
    expect([conflict.current, stale.current]).toEqual([undefined, undefined]); // nothing is true of it
    expect((await served.api.get(absent)).status).toBe(404);
    const once = await served.api.put(
      path,
      { ifTerm: 1 },
      { 'if-match': `"${version}"`, 'idempotency-key': 'k1' },
    );
    expect(once).toMatchObject({ status: 201, body: { changed: true } });
    const again = await served.api.put(
      path,
      { ifTerm: 1 },
      { 'if-match': `"${version}"`, 'idempotency-key': 'k1' },
    );
    expect(again).toMatchObject({ status: 200, body: { changed: false } });
    expect(again.body.events).toEqual(once.body.events);
    expectProblem(
      await served.api.put(path, { ifTerm: 1, effect: 'NoElect' }, { 'idempotency-key': 'k1' }),
      422,
      'idempotency-key-reused',
    );
    expect(
      (await served.api.put(path, { effect: 'NoElect' }, { 'idempotency-key': 'k2' })).body.changed,
    ).toBe(true);
  });

  it("an Idempotency-Key is of one person: somebody else's is refused, also where the first one changed nothing", async () => {
    const group = await served.ledGroup();
    const unpin = async (actor: string) =>
      served.api.delete(`/v1/groups/${group}/pin`, { 'x-conclave-actor': actor, 'idempotency-key': 'k' });
    expect(await unpin('bob')).toMatchObject({ status: 200, body: { changed: false } });
    await served.api.put(`/v1/groups/${group}/pin`, { runner: 'b', mode: 'prefer' });
    expectProblem(await unpin('cal'), 422, 'idempotency-key-reused');
    expect(await unpin('bob')).toMatchObject({ status: 200, body: { changed: false } });
  });
});
