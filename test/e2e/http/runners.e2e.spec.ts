import { describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, expectProblem, I, J, Served } from './served.fixture.js';

describe.each(STORES)('runners over %s', (kind) => {
  const served = new Served(kind);

  it('register: 201, then 200 unchanged; a beat activates; the next beat with the term is granted', async () => {
    const path = `/v1/groups/${served.newGroup()}/runners/a`;
    const body = { incarnation: I, platform: 'local', labels: { zone: 'x' }, priority: 2 };
    expect(expectBody(await served.api.put(path, body), 201, schemas.RegisterReply)).toMatchObject({
      changed: true,
      status: 'pending',
      role: 'standby',
      leaseMs: 0,
      heartbeatMs: 5000,
      seniority: 2,
      version: 2,
      labels: { zone: 'x' },
    });
    expect(expectBody(await served.api.put(path, body), 200, schemas.RegisterReply)).toMatchObject({
      changed: false,
      version: 2,
    });
    expect(
      expectBody(
        await served.api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1 }),
        200,
        schemas.HeartbeatReply,
      ),
    ).toEqual({ role: 'leader', term: 1, leader: 'a', leaseMs: 0, heartbeatMs: 5000, version: 4 });
    expect(
      expectBody(
        await served.api.post(`${path}/heartbeat`, { incarnation: I, sequence: 2, term: 1 }),
        200,
        schemas.HeartbeatReply,
      ),
    ).toMatchObject({ role: 'leader', leaseMs: 15000 });
  });

  it('beats: wrong term, stale sequence, unanswered sequences, superseded', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    const beat = (more: object) => served.api.post(`${path}/heartbeat`, { incarnation: I, ...more });
    expectProblem(
      await beat({ sequence: 5, term: 9 }),
      404,
      'term-unknown',
      /term 9 .* the log knows nothing: it ends with term 1/,
    ); // no proof
    expect((await beat({ sequence: 5 })).body).toMatchObject({ role: 'leader', term: 1, leaseMs: 0 });
    expectProblem(await beat({ sequence: 5, term: 1 }), 409, 'beat-stale', /not above 5/);
    expect((await beat({ sequence: 12, term: 1, acked: 5 })).body).toMatchObject({
      role: 'leader',
      leaseMs: 0,
    }); // 7 unanswered
    expect((await beat({ sequence: 13, term: 1, acked: 7 })).body).toMatchObject({
      role: 'leader',
      leaseMs: 15000,
    });
    await served.api.put(path, { incarnation: inc('a', 2) });
    expect((await beat({ sequence: 14, term: 1 })).body).toMatchObject({ role: 'superseded', leaseMs: 0 });
    expectProblem(await served.api.put(path, { incarnation: I }), 409, 'incarnation-superseded');
    expectProblem(
      await served.api.post(`${path}/release`, { incarnation: I, term: 1 }),
      409,
      'incarnation-superseded',
    );
  });

  it('a request without a body is one with no fields; an operator who vouches for a runner is named in the record', async () => {
    const group = `nobody-${Date.now()}`;
    const bare = (method: string, path: string, headers = {}, body?: string) =>
      fetch(`${served.api.url}/v1/groups/${group}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body && { body }),
      });
    expect((await bare('PUT', '')).status).toBe(201);
    const missing = await bare('PUT', '/runners/a');
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({ errors: [{ path: '/incarnation' }] });
    await served.api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
    expect((await bare('PUT', '/runners/a/taints/k')).status).toBe(201);
    expect((await bare('DELETE', '/runners/a/taints/k')).status).toBe(200);
    const { term } = (await served.api.get(`/v1/groups/${group}/leader`)).body;
    const vouched = await bare(
      'POST',
      '/runners/a/resign',
      { 'x-conclave-actor': 'ana' },
      JSON.stringify({ incarnation: I, term }),
    );
    expect(((await vouched.json()) as any).events[0].meta.actor).toBe('claimed:ana');
  });

  it('a late repeat of a registration, whose runner has left since, is told so', async () => {
    const path = `/v1/groups/${served.newGroup()}/runners/a`;
    const again = async () =>
      served.api.put(path, { incarnation: I, ready: true }, { 'idempotency-key': 'k' });
    expect((await again()).status).toBe(201);
    expect((await served.api.delete(`${path}?incarnation=${I}`)).status).toBe(200);
    expectProblem(await again(), 404, 'runner-unknown');
  });

  it('a goodbye that names the last beat: one up to it, which comes later, is stale and elects nobody', async () => {
    const path = `/v1/groups/${served.newGroup()}/runners`;
    for (const [runner, incarnation] of Object.entries({ a: I, b: J }))
      await served.api.put(`${path}/${runner}`, { incarnation, ready: true });
    const away = { incarnation: J, sequence: 4 };
    expectBody(await served.api.post(`${path}/b/resign`, away), 200, schemas.WriteReply);
    expectBody(
      await served.api.post(`${path}/a/resign`, { incarnation: I, term: 1 }),
      200,
      schemas.WriteReply,
    );
    const beat = async (sequence: number) =>
      served.api.post(`${path}/b/heartbeat`, { incarnation: J, sequence });
    expectProblem(await beat(4), 409, 'beat-stale');
    expect(expectBody(await beat(5), 200, schemas.HeartbeatReply)).toMatchObject({ role: 'leader', term: 2 });
    for (const sequence of [0, 1.5, '4'])
      expectProblem(await served.api.post(`${path}/b/resign`, { ...away, sequence }), 400, 'invalid-request');
  });

  it('release, resign, a late beat learns how its term ended', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    const resigned = expectBody(
      await served.api.post(`${path}/resign`, { incarnation: I, term: 1, reason: 'lunch' }),
      200,
      schemas.WriteReply,
    );
    expect(resigned).toMatchObject({
      changed: true,
      leader: { state: 'led', term: 2, leader: { runner: 'b' } },
    });
    expect(resigned.events.map((e: any) => [e.type, e.meta.actor, e.meta.reason])).toEqual([
      ['LeadershipEnded', 'runner:a', 'lunch'],
      ['LeaderElected', 'runner:a', 'lunch'],
    ]);
    expect(
      (await served.api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1, term: 1 })).body,
    ).toMatchObject({ role: 'standby', term: 2, leader: 'b', ended: { term: 1, cause: 'resigned' } });
    expect((await served.api.post(`${path}/release`, { incarnation: I, term: 1 })).body).toMatchObject({
      changed: false,
    });
    expect(
      expectProblem(await served.api.post(`${path}/release`, { incarnation: I, term: 2 }), 409, 'term-stale'),
    ).toMatchObject({ current: { term: 2 } });
    expect(
      (
        await served.api.post(`/v1/groups/${group}/runners/b/heartbeat`, {
          incarnation: J,
          sequence: 1,
          term: 2,
          released: 2,
        })
      ).body,
    ).toMatchObject({ role: 'leader', term: 3, leaseMs: 0, ended: { term: 2, cause: 'released' } });
  });

  it('batch: replies in order, each with its own status', async () => {
    const group = await served.ledGroup();
    const body = expectBody(
      await served.api.post('/v1/heartbeats', {
        beats: [
          { group, runner: 'b', incarnation: J, sequence: 1 },
          { group, runner: 'x', incarnation: J, sequence: 1 },
          { group, runner: 'a', incarnation: I, sequence: 1, term: 1 },
          { group: 'nope', runner: 'a', incarnation: I, sequence: 1 },
          { group, runner: 'b', incarnation: J, sequence: 'x' },
          7,
          null,
          { group: null, runner: { group } },
          { group, runner: 'b', incarnation: J, sequence: 2 },
        ],
      }),
      200,
      schemas.BatchReply,
    );
    expect(body.replies).toMatchObject([
      { status: 200, role: 'standby' },
      { status: 404, code: 'runner-unknown' },
      { status: 200, role: 'leader', leaseMs: 15000 },
      { status: 404, code: 'group-unknown' },
      { status: 400, code: 'invalid-request', errors: [{ path: '/sequence' }] }, // and costs nobody else anything
      { status: 400, code: 'invalid-request' },
      { status: 400, code: 'invalid-request' },
      { status: 400, code: 'invalid-request' },
      { status: 200, role: 'standby' },
    ]);
  });

  it('deregister: an operator waits for the lease, its beats drain, then 404', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    expect(
      expectBody(await served.api.delete(`${path}?reason=gone`), 200, schemas.WriteReply).leader,
    ).toMatchObject({ state: 'handover', successor: 'b' });
    expect(
      (await served.api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1, term: 1 })).body,
    ).toMatchObject({ role: 'revoked', cause: 'deregistered', leaseMs: 15000 });
    expect((await served.api.post(`${path}/release`, { incarnation: I, term: 1 })).body.leader).toMatchObject(
      { term: 2, leader: { runner: 'b' } },
    );
    expectProblem(
      await served.api.post(`${path}/heartbeat`, { incarnation: I, sequence: 2 }),
      404,
      'runner-unknown',
    );
  });
});
