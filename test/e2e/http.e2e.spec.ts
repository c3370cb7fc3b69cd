import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Api, inc, ServerProcess, STORES, testStore, until, type Answer, type TestStore } from '@conclave/testing';
import * as schemas from '@conclave/contract';

describe.each(STORES)('over %s', (kind) => {
let store: TestStore;
let server: ServerProcess;
let api: Api;
let count = 0;
beforeAll(async () => {
  store = await testStore(kind);
  server = await ServerProcess.start(store.environment);
  api = new Api(server.url);
});
afterAll(async () => {
  expect(await server.kill('SIGTERM')).toBe(0);
  await store.close();
});

const I = inc('a');
const J = inc('b');
/** A fresh group with active a (leads term 1) and b. */
async function ledGroup(settings: object = {}): Promise<string> {
  const group = `g${++count}`;
  await api.put(`/v1/groups/${group}`, settings);
  await api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
  await api.put(`/v1/groups/${group}/runners/b`, { incarnation: J, ready: true });
  return group;
}
function expectBody(answer: Answer, status: number, schema: z.ZodType): any {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  expect(schema.safeParse(answer.body)).toMatchObject({ success: true });
  return answer.body;
}
function expectProblem(answer: Answer, status: number, code: string, detail = /./): any {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const body = expectBody(answer, status, schemas.ProblemReply);
  expect(body).toMatchObject({ status, code, type: `/docs/problems#${code}`, detail: expect.stringMatching(detail) });
  return body;
}

describe('runners', () => {
  it('register: 201, then 200 unchanged; a beat activates; the next beat with the term is granted', async () => {
    const path = `/v1/groups/g${++count}/runners/a`;
    const body = { incarnation: I, platform: 'local', labels: { zone: 'x' }, priority: 2 };
    expect(expectBody(await api.put(path, body), 201, schemas.RegisterReply)).toMatchObject({ changed: true, status: 'pending', role: 'standby', leaseMs: 0, heartbeatMs: 5000, seniority: 2, version: 2, labels: { zone: 'x' } });
    expect(expectBody(await api.put(path, body), 200, schemas.RegisterReply)).toMatchObject({ changed: false, version: 2 });
    expect(expectBody(await api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1 }), 200, schemas.HeartbeatReply)).toEqual({ role: 'leader', term: 1, leader: 'a', leaseMs: 0, heartbeatMs: 5000, version: 4 });
    expect(expectBody(await api.post(`${path}/heartbeat`, { incarnation: I, sequence: 2, term: 1 }), 200, schemas.HeartbeatReply)).toMatchObject({ role: 'leader', leaseMs: 15000 });
  });

  it('beats: wrong term, stale sequence, unanswered sequences, superseded', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    const beat = (more: object) => api.post(`${path}/heartbeat`, { incarnation: I, ...more });
    expectProblem(await beat({ sequence: 5, term: 9 }), 404, 'term-unknown', /term 9 .* the log knows nothing: it ends with term 1/); // no proof
    expect((await beat({ sequence: 5 })).body).toMatchObject({ role: 'leader', term: 1, leaseMs: 0 });
    expectProblem(await beat({ sequence: 5, term: 1 }), 409, 'beat-stale', /not above 5/);
    expect((await beat({ sequence: 12, term: 1, acked: 5 })).body).toMatchObject({ role: 'leader', leaseMs: 0 }); // 7 unanswered
    expect((await beat({ sequence: 13, term: 1, acked: 7 })).body).toMatchObject({ role: 'leader', leaseMs: 15000 });
    await api.put(path, { incarnation: inc('a', 2) });
    expect((await beat({ sequence: 14, term: 1 })).body).toMatchObject({ role: 'superseded', leaseMs: 0 });
    expectProblem(await api.put(path, { incarnation: I }), 409, 'incarnation-superseded');
    expectProblem(await api.post(`${path}/release`, { incarnation: I, term: 1 }), 409, 'incarnation-superseded');
  });

  it('a request without a body is one with no fields; an operator who vouches for a runner is named in the record', async () => {
    const group = `nobody-${Date.now()}`;
    const bare = (method: string, path: string, headers = {}, body?: string) => fetch(`${api.url}/v1/groups/${group}${path}`, { method, headers, ...(body && { body }) });
    expect((await bare('PUT', '')).status).toBe(201);
    const missing = await bare('PUT', '/runners/a');
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({ errors: [{ path: '/incarnation' }] });
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
    expect((await bare('PUT', '/runners/a/taints/k')).status).toBe(201);
    expect((await bare('DELETE', '/runners/a/taints/k', { 'content-type': 'application/json' })).status).toBe(200);
    const { term } = (await api.get(`/v1/groups/${group}/leader`)).body;
    const vouched = await bare('POST', '/runners/a/resign', { 'content-type': 'application/json', 'x-conclave-actor': 'ana' }, JSON.stringify({ incarnation: I, term }));
    expect((await vouched.json() as any).events[0].meta.actor).toBe('operator:ana');
  });

  it('release, resign, a late beat learns how its term ended', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    const resigned = expectBody(await api.post(`${path}/resign`, { incarnation: I, term: 1, reason: 'lunch' }), 200, schemas.WriteReply);
    expect(resigned).toMatchObject({ changed: true, leader: { state: 'led', term: 2, leader: { runner: 'b' } } });
    expect(resigned.events.map((e: any) => [e.type, e.meta.actor, e.meta.reason])).toEqual([['LeadershipEnded', 'runner:a', 'lunch'], ['LeaderElected', 'runner:a', 'lunch']]);
    expect((await api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1, term: 1 })).body).toMatchObject({ role: 'standby', term: 2, leader: 'b', ended: { term: 1, cause: 'resigned' } });
    expect((await api.post(`${path}/release`, { incarnation: I, term: 1 })).body).toMatchObject({ changed: false });
    expect(expectProblem(await api.post(`${path}/release`, { incarnation: I, term: 2 }), 409, 'term-stale')).toMatchObject({ current: { term: 2 } });
    expect((await api.post(`/v1/groups/${group}/runners/b/heartbeat`, { incarnation: J, sequence: 1, term: 2, released: 2 })).body).toMatchObject({ role: 'leader', term: 3, leaseMs: 0, ended: { term: 2, cause: 'released' } });
  });

  it('batch: replies in order, each with its own status', async () => {
    const group = await ledGroup();
    const body = expectBody(await api.post('/v1/heartbeats', { beats: [
      { group, runner: 'b', incarnation: J, sequence: 1 }, { group, runner: 'x', incarnation: J, sequence: 1 },
      { group, runner: 'a', incarnation: I, sequence: 1, term: 1 }, { group: 'nope', runner: 'a', incarnation: I, sequence: 1 },
    ] }), 200, schemas.BatchReply);
    expect(body.replies).toMatchObject([{ status: 200, role: 'standby' }, { status: 404, code: 'runner-unknown' },
      { status: 200, role: 'leader', leaseMs: 15000 }, { status: 404, code: 'group-unknown' }]);
  });

  it('deregister: an operator waits for the lease, its beats drain, then 404', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/runners/a`;
    expect(expectBody(await api.delete(`${path}?reason=gone`), 200, schemas.WriteReply).leader).toMatchObject({ state: 'handover', successor: 'b' });
    expect((await api.post(`${path}/heartbeat`, { incarnation: I, sequence: 1, term: 1 })).body).toMatchObject({ role: 'revoked', cause: 'deregistered', leaseMs: 15000 });
    expect((await api.post(`${path}/release`, { incarnation: I, term: 1 })).body.leader).toMatchObject({ term: 2, leader: { runner: 'b' } });
    expectProblem(await api.post(`${path}/heartbeat`, { incarnation: I, sequence: 2 }), 404, 'runner-unknown');
  });
});

describe('operators', () => {
  it('flap damping: a runner that fell silent too often is held back, says until when, and can be forgiven', async () => {
    const group = `${kind}-flap`;
    const path = `/v1/groups/${group}`;
    await api.put(path, { failover: 'fenced', leaseMs: 600_000, damping: { suppressAt: 1000 } });
    await api.put(`${path}/runners/a`, { incarnation: inc('a') });
    const session = await api.stream(`${path}/runners/a/session?incarnation=${inc('a')}`);
    await session.next('open', () => true);
    await api.post(`${path}/runners/a/heartbeat`, { incarnation: inc('a'), sequence: 1 });
    await api.post(`${path}/runners/a/heartbeat`, { incarnation: inc('a'), sequence: 2, term: 1 });
    session.cut(); // evidence connection-lost: silent
    await until('it is given up', async () => (await api.get(path)).body.runners.silent === 1);
    await api.post(`${path}/runners/a/heartbeat`, { incarnation: inc('a'), sequence: 3 });
    const read = expectBody(await api.get(path), 200, schemas.GroupReply);
    expect(read).toMatchObject({ state: 'leaderless', verdicts: [{ runner: 'a', eligible: false, why: 'flapping', until: expect.any(String) }], why: expect.stringMatching(/too often.*until .*forgive/) });
    expect(expectBody(await api.post(`${path}/runners/a/forgive?dryRun=true`, {}), 200, schemas.WriteReply)).toMatchObject({ changed: true, leader: { state: 'led', term: 2 } });
    const forgiven = expectBody(await api.post(`${path}/runners/a/forgive`, { reason: 'cable' }), 200, schemas.WriteReply);
    expect(forgiven.events.map((e: any) => e.type)).toEqual(['RunnerForgiven', 'LeaderElected']);
    expect((await api.post(`${path}/runners/a/forgive`, {})).body.changed).toBe(false);
  });

  it('settings: 201 created, 200 changed, kept, refused', async () => {
    const path = `/v1/groups/g${++count}`;
    expect(expectBody(await api.put(path, { leaseMs: 3000 }, { 'x-conclave-actor': 'ana' }), 201, schemas.WriteReply).events[0].meta.actor).toBe('operator:ana');
    expect(expectBody(await api.put(path, { drainMs: 0 }), 200, schemas.WriteReply)).toMatchObject({ changed: true });
    const read = await api.get(path);
    expect(expectBody(read, 200, schemas.GroupReply).settings).toEqual({ strategy: 'oldest', failback: 'never', failover: 'lease', leaseMs: 3000, heartbeatMs: 1000, drainMs: 0 });
    expect(read.headers.get('etag')).toBe('"2"');
    expectProblem(await api.put(path, { heartbeatMs: 2000 }), 400, 'settings-invalid', /at most 1000/);
    expect((await api.get(path)).body.version).toBe(2);
  });

  it('taint: 201, repeated 200 unchanged, replaced 200, lifted, absent', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/runners/b/taints/maintenance`;
    expect(expectBody(await api.put(path, { reason: 'disk' }), 201, schemas.WriteReply)).toMatchObject({ changed: true });
    expect(expectBody(await api.put(path, { reason: 'disk' }), 200, schemas.WriteReply)).toMatchObject({ changed: false, events: [] });
    expect((await api.put(path, { effect: 'NoElect' })).status).toBe(200);
    const { runners } = expectBody(await api.get(`/v1/groups/${group}/runners`), 200, schemas.RunnersPage);
    expect(runners[1].taints).toMatchObject([{ key: 'maintenance', effect: 'NoElect', actor: 'operator:anonymous', reason: null, expiresAt: null, until: null }]);
    expect(expectBody(await api.delete(`${path}?reason=done`), 200, schemas.WriteReply)).toMatchObject({ changed: true });
    expect(expectBody(await api.delete(path), 200, schemas.WriteReply)).toMatchObject({ changed: false });
  });

  it('a taint with a time to live lifts itself, and its runner leads', async () => {
    const group = `g${++count}`;
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: I });
    const { events } = (await api.put(`/v1/groups/${group}/runners/a/taints/k`, { ttlMs: 400 })).body;
    expect(Date.parse(events[0].data.taint.expiresAt) - Date.parse(events[0].meta.at)).toBe(400);
    await api.put(`/v1/groups/${group}/runners/a`, { incarnation: I, ready: true });
    expect((await api.get(`/v1/groups/${group}/leader?afterTerm=0&waitMs=20000`)).body).toMatchObject({ state: 'led', term: 1 });
    expect((await api.get(`/v1/groups/${group}/history?type=RunnerUntainted`)).body.events[0]).toMatchObject({ data: { key: 'k', cause: 'expired' }, meta: { actor: 'system:deadlines' } });
    expectProblem(await api.put(`/v1/groups/${group}/runners/a/taints/k`, { ttlMs: 1, expiresAt: '2099-01-01T00:00:00.000Z' }), 400, 'invalid-request', /not both/);
    expectProblem(await api.put(`/v1/groups/${group}/runners/a/taints/k`, { expiresAt: '2020-01-01T00:00:00.000Z' }), 400, 'invalid-request', /not after now/);
  });

  it('pin and unpin: a strict pin on a silent runner says why nobody leads and how to change it', async () => {
    const group = await ledGroup();
    await api.put(`/v1/groups/${group}/runners/c`, { incarnation: inc('c') });
    const path = `/v1/groups/${group}/pin`;
    expect(expectBody(await api.put(path, { runner: 'c', reason: 'canary' }, { 'x-conclave-actor': 'ana' }), 201, schemas.WriteReply).leader.state).toBe('handover');
    expect((await api.put(path, { runner: 'c', reason: 'canary' })).body.changed).toBe(false);
    await api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ state: 'leaderless', why: expect.stringMatching(/"a" is pinned out: only "c" may lead \(by operator:ana: canary\).*lift the pin/) });
    expect(expectBody(await api.get(`/v1/groups/${group}`), 200, schemas.GroupReply).pin).toMatchObject({ runner: 'c', mode: 'strict', actor: 'operator:ana', reason: 'canary' });
    expect(expectBody(await api.delete(`${path}?reason=over`), 200, schemas.WriteReply).leader).toMatchObject({ state: 'led', term: 2 });
    expect((await api.delete(path)).body.changed).toBe(false);
    expectProblem(await api.put(path, { runner: 'nobody' }), 404, 'runner-unknown');
  });

  it('transfer: through handover to the named runner, its outcome recorded; refused with what is true now', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/transfer`;
    expectProblem(await api.post(path, { to: 'nobody' }), 404, 'runner-unknown');
    expect(expectBody(await api.post(path, { to: 'b', reason: 'upgrade' }), 200, schemas.WriteReply).leader).toMatchObject({ state: 'handover', successor: 'b' });
    expect(expectProblem(await api.post(path, {}), 409, 'handover-running')).toMatchObject({ current: { term: 1 } });
    await api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ term: 2, leader: { runner: 'b' } });
    expect((await api.get(`/v1/groups/${group}/history?type=TransferEnded`)).body.events[0].data).toMatchObject({ outcome: 'completed', leader: 'b' });
    expect((await api.post(path, { force: true })).body.leader).toMatchObject({ state: 'led', term: 3, leader: { runner: 'a' } });
    await api.put(`/v1/groups/${group}/runners/b/taints/k`, {});
    expectProblem(await api.post(path, { to: 'b' }), 409, 'runner-ineligible', /tainted/);
    expectProblem(await api.post(path, {}), 409, 'no-eligible-runner');
    await api.put(`/v1/groups/${group}/pause`, {});
    expectProblem(await api.post(path, {}), 409, 'elections-paused');
  });

  it('dry run: says what would happen, writes nothing', async () => {
    const group = await ledGroup();
    const before = (await api.get(`/v1/groups/${group}`)).body;
    const plans = [
      await api.put(`/v1/groups/${group}/runners/a/taints/k?dryRun=true`, { reason: 'look' }),
      await api.put(`/v1/groups/${group}/pin?dryRun=true`, { runner: 'b' }),
      await api.put(`/v1/groups/${group}/pause?dryRun=true`, {}),
      await api.put(`/v1/groups/${group}?dryRun=true`, { failover: 'fenced' }),
      await api.delete(`/v1/groups/${group}/runners/a?dryRun=true`),
    ];
    for (const plan of plans) expect(expectBody(plan, 200, schemas.WriteReply)).toMatchObject({ dryRun: true, changed: true });
    expect(plans[0]!.body.events.map((e: any) => [e.type, e.version, e.meta.reason, e.meta.id])).toEqual([['RunnerTainted', before.version + 1, 'look', undefined], ['LeadershipRevoked', before.version + 2, 'look', undefined]]);
    expect(plans[0]!.body.leader).toMatchObject({ state: 'handover', successor: 'b' });
    expect((await api.delete(`/v1/groups/${group}/pin?dryRun=true`)).body).toMatchObject({ dryRun: true, changed: false });
    expectProblem(await api.put(`/v1/groups/${group}/pin?dryRun=true`, { runner: 'nobody' }), 404, 'runner-unknown');
    expect((await api.get(`/v1/groups/${group}`)).body).toEqual(before);
  });

  it('pause and resume: the leader stays, nobody is elected meanwhile', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/pause`;
    expect(expectBody(await api.put(path, { reason: 'freeze', ttlMs: 600_000 }), 201, schemas.WriteReply).leader).toMatchObject({ state: 'led', paused: true });
    await api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ state: 'paused', paused: true, leader: null, why: expect.stringContaining('paused (by operator:anonymous: freeze') });
    expect(expectBody(await api.get(`/v1/groups/${group}`), 200, schemas.GroupReply).pause).toMatchObject({ reason: 'freeze' });
    expect((await api.delete(path)).body.leader).toMatchObject({ state: 'led', paused: false, term: 2 });
  });

  it('drain: the leader is told to stop, nobody follows until somebody resumes; all of it verifies', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}`;
    const answer = expectBody(await api.post(`${path}/drain`, { reason: 'database upgrade', ttlMs: 600_000 }, { 'x-conclave-actor': 'ana' }), 200, schemas.WriteReply);
    expect(answer).toMatchObject({ events: [{ type: 'ElectionsPaused' }, { type: 'LeadershipRevoked', data: { cause: 'drained', successor: null } }], leader: { state: 'handover', paused: true, successor: null } });
    await api.post(`${path}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await api.get(`${path}/leader`)).body).toMatchObject({ state: 'paused', leader: null, why: expect.stringContaining('paused (by operator:ana: database upgrade') });
    expect((await api.delete(`${path}/pause`)).body.leader).toMatchObject({ state: 'led', term: 2 });
    expect((await api.get(`${path}/history?type=LeadershipRevoked`)).body.events[0].words).toContain('must stop leading (the group is drained) by ana');
    expect((await api.get(`${path}/verify`)).body).toMatchObject({ ok: true });
    expectProblem(await api.post('/v1/groups/none/drain', {}), 404, 'group-unknown');
  });

  it('conditions: If-Match, ifTerm, Idempotency-Key', async () => {
    const group = await ledGroup();
    const path = `/v1/groups/${group}/runners/b/taints/k`;
    const { version } = (await api.get(`/v1/groups/${group}`)).body;
    expect(expectProblem(await api.put(path, {}, { 'if-match': `"${version - 1}"` }), 412, 'version-conflict')).toMatchObject({ current: { version } });
    expectProblem(await api.put(path, { ifTerm: 9 }), 409, 'term-stale', /last term/);
    expectProblem(await api.put(path, {}, { 'if-match': 'seven' }), 400, 'invalid-request', /If-Match/);
    const once = await api.put(path, { ifTerm: 1 }, { 'if-match': `"${version}"`, 'idempotency-key': 'k1' });
    expect(once).toMatchObject({ status: 201, body: { changed: true } });
    const again = await api.put(path, { ifTerm: 1 }, { 'if-match': `"${version}"`, 'idempotency-key': 'k1' });
    expect(again).toMatchObject({ status: 200, body: { changed: false } });
    expect(again.body.events).toEqual(once.body.events);
    expectProblem(await api.put(path, { ifTerm: 1, effect: 'NoElect' }, { 'idempotency-key': 'k1' }), 422, 'idempotency-key-reused');
    expect((await api.put(path, { effect: 'NoElect' }, { 'idempotency-key': 'k2' })).body.changed).toBe(true);
  });
});

describe('consumers', () => {
  it('lists groups by pages', async () => {
    await ledGroup();
    await ledGroup();
    const first = expectBody(await api.get('/v1/groups?limit=1'), 200, schemas.GroupsPage);
    expect(first.groups).toHaveLength(1);
    const second = expectBody(await api.get(`/v1/groups?limit=1000&after=${first.next}`), 200, schemas.GroupsPage);
    expect(second.next).toBeNull();
    expect(second.groups.map((g: any) => g.group)).not.toContain(first.next);
  });

  it('long-polls for the next term', async () => {
    const group = await ledGroup();
    const waiting = api.get(`/v1/groups/${group}/leader?afterTerm=1&waitMs=20000`);
    await api.post(`/v1/groups/${group}/runners/a/resign`, { incarnation: I, term: 1 });
    expect(expectBody(await waiting, 200, schemas.LeaderReply)).toMatchObject({ term: 2, leader: { runner: 'b' } });
    expect((await api.get(`/v1/groups/${group}/leader?afterTerm=2&waitMs=50`)).body).toMatchObject({ term: 2 });
  });

  it('fence: only runner and term that hold, through handover', async () => {
    const group = await ledGroup();
    const fence = (runner: string, term: number) => api.get(`/v1/groups/${group}/fence?runner=${runner}&term=${term}`);
    expect(expectBody(await fence('a', 1), 200, schemas.FenceReply)).toMatchObject({ valid: true, term: 1 });
    await api.put(`/v1/groups/${group}/runners/a/taints/k`, {});
    expectBody(await fence('a', 1), 200, schemas.FenceReply);
    for (const [runner, term] of [['b', 1], ['a', 2], ['a', 0]] as const) expectProblem(await fence(runner, term), 409, 'term-stale');
    await api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect(expectProblem(await fence('a', 1), 409, 'term-stale')).toMatchObject({ current: { term: 2 } });
  });

  it('atLeast: waits for a position, refuses one that never comes in time', async () => {
    const group = await ledGroup();
    const { position } = (await api.put(`/v1/groups/${group}`, { drainMs: 1 })).body;
    expectBody(await api.get(`/v1/groups/${group}?atLeast=${position}`), 200, schemas.GroupReply);
    const late = await api.get(`/v1/groups/${group}/leader?atLeast=999999999999999999`);
    expectProblem(late, 503, 'position-not-reached');
    expect(late.headers.get('retry-after')).toBe('1');
  });

  it('says why nobody leads', async () => {
    const group = await ledGroup();
    for (const [r, i, term] of [['a', I, 1], ['b', J, 2]] as const) {
      await api.put(`/v1/groups/${group}/runners/${r}/taints/k`, { reason: 'rack 7' }, { 'x-conclave-actor': 'ana' });
      await api.post(`/v1/groups/${group}/runners/${r}/release`, { incarnation: i, term });
    }
    expect((await api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({ state: 'leaderless', leader: null, why: expect.stringContaining('"a" is tainted k (NoLead by operator:ana: rack 7)') });
    expect((await api.get(`/v1/groups/g${count + 1}/leader`)).body.code).toBe('group-unknown');
  });

  it('history: pages, types, NDJSON, chained hashes; tenures', async () => {
    const group = await ledGroup();
    await api.post(`/v1/groups/${group}/runners/a/resign`, { incarnation: I, term: 1 });
    const page = expectBody(await api.get(`/v1/groups/${group}/history?limit=2`), 200, schemas.HistoryPage);
    expect(page).toMatchObject({ next: 3, version: 6, events: [{ version: 1, type: 'GroupConfigured' }, { version: 2, type: 'RunnerRegistered' }] });
    const elected = (await api.get(`/v1/groups/${group}/history?type=LeaderElected`)).body.events;
    expect(elected.map((e: any) => e.data.term)).toEqual([1, 2]);
    const lines = (await api.get(`/v1/groups/${group}/history`, { accept: 'application/x-ndjson' })).body.trim().split('\n').map((l: string) => JSON.parse(l));
    expect(lines).toHaveLength(6);
    expect(lines.slice(0, 2)).toEqual(page.events);
    expect(new Set(lines.map((e: any) => e.meta.hash)).size).toBe(6);
    expectProblem(await api.get(`/v1/groups/${group}/history?type=Nope`), 400, 'invalid-request', /known are GroupConfigured/);
    expect(expectBody(await api.get(`/v1/groups/${group}/tenures`), 200, schemas.TenuresPage).tenures).toMatchObject([
      { term: 1, runner: 'a', endCause: 'resigned', leaderlessAfterMs: 0 }, { term: 2, runner: 'b', to: null, endCause: null }]);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    ['PUT', '/v1/groups/-bad', {}, 400, 'invalid-request', /\/g: must start/],
    ['PUT', `/v1/groups/${'x'.repeat(64)}`, {}, 400, 'invalid-request', /\/g/],
    ['PUT', '/v1/groups/x/runners/a', {}, 400, 'invalid-request', /\/incarnation/],
    ['PUT', '/v1/groups/x/runners/a', { incarnation: I, extra: 1 }, 400, 'invalid-request', /Unrecognized key: "extra"/],
    ['PUT', '/v1/groups/x/runners/a', { incarnation: 'no uuid' }, 400, 'invalid-request', /must be a uuid/],
    ['PUT', '/v1/groups/x/runners/a', '{"incarnation":', 400, 'invalid-request', /JSON/],
    ['PUT', '/v1/groups/x/runners/a', '', 400, 'invalid-request', /./],
    ['PUT', '/v1/groups/x/runners/a', '[]', 400, 'invalid-request', /expected object/],
    ['PUT', '/v1/groups/x/runners/a', { incarnation: I, previousExited: I }, 400, 'invalid-request', /previousExited/],
    ['PUT', '/v1/groups/x', { leaseMs: 10 }, 400, 'invalid-request', /\/leaseMs/],
    ['PUT', '/v1/groups/x', { leaseMs: '15000' }, 400, 'invalid-request', /\/leaseMs/],
    ['PUT', '/v1/groups/x', { reason: 'x'.repeat(501) }, 400, 'invalid-request', /\/reason/],
    ['POST', '/v1/heartbeats', { beats: [] }, 400, 'invalid-request', /\/beats/],
    ['POST', '/v1/groups/x/runners/a/heartbeat', { incarnation: I, sequence: 0 }, 400, 'invalid-request', /\/sequence/],
    ['POST', '/v1/groups/x/runners/a/forgive', {}, 404, 'group-unknown', /"x"/],
    ['POST', '/v1/groups/x/runners/a/forgive', { because: 1 }, 400, 'invalid-request', /because/],
    ['PUT', '/v1/groups/x', { damping: { suppressAt: 0 } }, 400, 'invalid-request', /damping/],
    ['PUT', '/v1/groups/x', { damping: { reuseAt: 5000 } }, 400, 'settings-invalid', /reuseAt/],
    ['POST', '/v1/groups/x/runners/a/heartbeat', { incarnation: I, sequence: 1 }, 404, 'group-unknown', /"x"/],
    ['GET', '/v1/groups/x', undefined, 404, 'group-unknown', /"x"/],
    ['DELETE', '/v1/groups/x/runners/a', undefined, 404, 'group-unknown', /"x"/],
    ['PUT', '/v1/groups/x/runners/a/taints/k', { effect: 'Never' }, 400, 'invalid-request', /\/effect/],
    ['GET', '/v1/groups?limit=0', undefined, 400, 'invalid-request', /\/limit/],
    ['GET', '/v1/groups?nope=1', undefined, 400, 'invalid-request', /"nope"/],
    ['GET', '/v1/groups/x/leader?waitMs=60001', undefined, 400, 'invalid-request', /\/waitMs/],
    ['GET', '/v1/groups?atLeast=soon', undefined, 400, 'invalid-request', /position/],
    ['GET', '/v1/nothing', undefined, 404, 'route-unknown', /\/docs/],
    ['DELETE', '/v1/groups/x', undefined, 405, 'method-not-allowed', /only GET, PUT/],
    ['POST', '/v1/heartbeats', `{"beats":"${'x'.repeat(600_000)}"}`, 413, 'payload-too-large', /512 KiB/],
  ] as const)('%s %s %j → %i %s', async (method, path, body, status, code, detail) => {
    expectProblem(await api.call(method, path, body), status, code, detail);
    expect((await api.get('/v1/groups/x')).status).toBe(404);
  });

  it('other media types are 415, wrong headers 400', async () => {
    expectProblem(await api.put('/v1/groups/x', '<x/>', { 'content-type': 'application/xml' }), 415, 'media-type-unsupported');
    expectProblem(await api.put('/v1/groups/x', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'media-type-unsupported');
    expectProblem(await api.put('/v1/groups/x', '{}', { 'content-type': 'text/plain' }), 415, 'media-type-unsupported');
    expectProblem(await api.put('/v1/groups/x', {}, { 'x-conclave-actor': 'a b' }), 400, 'invalid-request', /X-Conclave-Actor/);
    expectProblem(await api.get('/v1/watch', { 'last-event-id': 'yesterday' }), 400, 'invalid-request', /Last-Event-ID/);
  });

  it('names the request in the reply: the caller\'s id, or one of ours', async () => {
    expect((await api.get('/v1/nothing', { 'x-correlation-id': 'abc-1' })).body.instance).toBe('abc-1');
    expect((await api.get('/v1/nothing', { 'x-correlation-id': 'no spaces allowed' })).body.instance).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('operations', () => {
  it('health, readiness, documentation', async () => {
    expectBody(await api.get('/healthz'), 200, schemas.HealthReply);
    expect(expectBody(await api.get('/readyz'), 200, schemas.ReadyReply)).toMatchObject({ ready: true, reasons: [], caughtUp: true });
    expect((await api.get('/metrics')).body).toMatch(/conclave_groups\{state="led",instance="[0-9a-f-]{36}"\} \d+/);
    expect((await api.get('/docs')).body).toContain('swagger');
    expect((await api.get('/docs/problems')).body).toContain('id="term-stale"');
  });
  it('serves the committed openapi.json', async () => {
    expect((await api.get('/openapi.json')).body).toEqual(JSON.parse(readFileSync('openapi.json', 'utf8')));
  });
});
});
