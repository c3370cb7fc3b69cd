import { describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, expectProblem, I, Served } from './served.fixture.js';

describe.each(STORES)('pins, pauses, transfers, drains over %s', (kind) => {
  const served = new Served(kind);

  it('pin and unpin: a strict pin on a silent runner says why nobody leads and how to change it', async () => {
    const group = await served.ledGroup();
    await served.api.put(`/v1/groups/${group}/runners/c`, { incarnation: inc('c') });
    const path = `/v1/groups/${group}/pin`;
    expect(
      expectBody(
        await served.api.put(path, { runner: 'c', reason: 'canary' }, { 'x-conclave-actor': 'ana' }),
        201,
        schemas.WriteReply,
      ).leader.state,
    ).toBe('handover');
    const ana = { 'x-conclave-actor': 'ana' };
    expect((await served.api.put(path, { runner: 'c', reason: 'canary' }, ana)).body.changed).toBe(false);
    await served.api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await served.api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({
      state: 'leaderless',
      why: expect.stringMatching(
        /"a" is pinned out: only "c" may lead \(by claimed:ana: canary\).*lift the pin/,
      ),
    });
    expect(
      expectBody(await served.api.get(`/v1/groups/${group}`), 200, schemas.GroupReply).pin,
    ).toMatchObject({ runner: 'c', mode: 'strict', actor: 'claimed:ana', reason: 'canary' });
    expect(
      expectBody(await served.api.delete(`${path}?reason=over`), 200, schemas.WriteReply).leader,
    ).toMatchObject({ state: 'led', term: 2 });
    expect((await served.api.delete(path)).body.changed).toBe(false);
    expectProblem(await served.api.put(path, { runner: 'nobody' }), 404, 'runner-unknown');
  });

  it('transfer: through handover to the named runner, its outcome recorded; refused with what is true now', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/transfer`;
    expectProblem(await served.api.post(path, { to: 'nobody' }), 404, 'runner-unknown');
    expect(
      expectBody(await served.api.post(path, { to: 'b', reason: 'upgrade' }), 200, schemas.WriteReply).leader,
    ).toMatchObject({ state: 'handover', successor: 'b' });
    expect(expectProblem(await served.api.post(path, {}), 409, 'handover-running')).toMatchObject({
      current: { term: 1 },
    });
    await served.api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await served.api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({
      term: 2,
      leader: { runner: 'b' },
    });
    expect(
      (await served.api.get(`/v1/groups/${group}/history?type=TransferEnded`)).body.events[0].data,
    ).toMatchObject({ outcome: 'completed', leader: 'b' });
    expect((await served.api.post(path, { force: true })).body.leader).toMatchObject({
      state: 'led',
      term: 3,
      leader: { runner: 'a' },
    });
    await served.api.put(`/v1/groups/${group}/runners/b/taints/k`, {});
    expectProblem(await served.api.post(path, { to: 'b' }), 409, 'runner-ineligible', /tainted/);
    expectProblem(await served.api.post(path, {}), 409, 'no-eligible-runner');
    await served.api.put(`/v1/groups/${group}/pause`, {});
    expectProblem(await served.api.post(path, {}), 409, 'elections-paused');
  });

  it('says when a lease is over, and of who was told to stop when at the latest', async () => {
    const group = await served.ledGroup();
    const lease = async (runner = 'a') => {
      const { body } = await served.api.get(`/v1/groups/${group}/runners`);
      const { runners } = schemas.RunnersPage.parse(body);
      const { lastSeenAt, lease: its } = runners.find((one) => one.runner === runner)!;
      return { lastSeenAt, ...its };
    };
    await served.api.put(`/v1/groups/${group}`, { leaseMs: 10_000, drainMs: 300_000 });
    const at = `/v1/groups/${group}/runners/a`;
    await served.api.post(`${at}/heartbeat`, { incarnation: I, sequence: 2, acked: 1, term: 1 });
    const { lastSeenAt, overAt, overBy } = await lease();
    expect(Date.parse(overAt!)).toBeGreaterThanOrEqual(Date.parse(lastSeenAt!) + 10_000);
    expect(overBy).toBeNull();
    await served.api.put(`${at}/taints/disk`, { reason: 'smart' });
    const stopping = await lease();
    const drainedMs = Date.parse(stopping.overBy!) - Date.parse(lastSeenAt!);
    expect([stopping.lastSeenAt, stopping.overAt !== null, drainedMs >= 310_000]).toEqual([
      lastSeenAt,
      true,
      true,
    ]);
    await served.api.post(`${at}/release`, { incarnation: I, term: 1 });
    expect(await lease()).not.toHaveProperty('overAt');
    expect(await lease('b')).toMatchObject({ overAt: expect.any(String), overBy: null });
    await served.api.put(`/v1/groups/${group}/pause`, {});
    await served.api.post(`/v1/groups/${group}/runners/b/resign`, { incarnation: inc('b') });
    expect((await served.api.get(`/v1/groups/${group}`)).body.leader).toBeNull();
    expect(await lease('b')).not.toHaveProperty('overAt');
  });

  it('dry run: says what would happen, writes nothing', async () => {
    const group = await served.ledGroup();
    const before = (await served.api.get(`/v1/groups/${group}`)).body;
    const plans = [
      await served.api.put(`/v1/groups/${group}/runners/a/taints/k?dryRun=true`, { reason: 'look' }),
      await served.api.put(`/v1/groups/${group}/pin?dryRun=true`, { runner: 'b' }),
      await served.api.put(`/v1/groups/${group}/pause?dryRun=true`, {}),
      await served.api.put(`/v1/groups/${group}?dryRun=true`, { failover: 'fenced' }),
      await served.api.delete(`/v1/groups/${group}/runners/a?dryRun=true`),
    ];
    for (const plan of plans)
      expect(expectBody(plan, 200, schemas.WriteReply)).toMatchObject({ dryRun: true, changed: true });
    expect(plans[0]!.body.events.map((e: any) => [e.type, e.version, e.meta.reason, e.meta.id])).toEqual([
      ['RunnerTainted', before.version + 1, 'look', undefined],
      ['LeadershipRevoked', before.version + 2, 'look', undefined],
    ]);
    expect(plans[0]!.body.leader).toMatchObject({ state: 'handover', successor: 'b' });
    expect((await served.api.delete(`/v1/groups/${group}/pin?dryRun=true`)).body).toMatchObject({
      dryRun: true,
      changed: false,
    });
    expectProblem(
      await served.api.put(`/v1/groups/${group}/pin?dryRun=true`, { runner: 'nobody' }),
      404,
      'runner-unknown',
    );
    expect((await served.api.get(`/v1/groups/${group}`)).body).toEqual(before);
  });

  it('pause and resume: the leader stays, nobody is elected meanwhile', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}/pause`;
    expect(
      expectBody(await served.api.put(path, { reason: 'freeze', ttlMs: 600_000 }), 201, schemas.WriteReply)
        .leader,
    ).toMatchObject({ state: 'led', paused: true });
    await served.api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await served.api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({
      state: 'paused',
      paused: true,
      leader: null,
      why: expect.stringContaining('paused (by claimed:anonymous: freeze'),
    });
    expect(
      expectBody(await served.api.get(`/v1/groups/${group}`), 200, schemas.GroupReply).pause,
    ).toMatchObject({ reason: 'freeze' });
    expect((await served.api.delete(path)).body.leader).toMatchObject({
      state: 'led',
      paused: false,
      term: 2,
    });
  });

  it('drain: the leader is told to stop, nobody follows until somebody resumes; all of it verifies', async () => {
    const group = await served.ledGroup();
    const path = `/v1/groups/${group}`;
    const answer = expectBody(
      await served.api.post(
        `${path}/drain`,
        { reason: 'database upgrade', ttlMs: 600_000 },
        { 'x-conclave-actor': 'ana' },
      ),
      200,
      schemas.WriteReply,
    );
    expect(answer).toMatchObject({
      events: [
        { type: 'ElectionsPaused' },
        { type: 'LeadershipRevoked', data: { cause: 'drained', successor: null } },
      ],
      leader: { state: 'handover', paused: true, successor: null },
    });
    await served.api.post(`${path}/runners/a/release`, { incarnation: I, term: 1 });
    expect((await served.api.get(`${path}/leader`)).body).toMatchObject({
      state: 'paused',
      leader: null,
      why: expect.stringContaining('paused (by claimed:ana: database upgrade'),
    });
    expect((await served.api.delete(`${path}/pause`)).body.leader).toMatchObject({ state: 'led', term: 2 });
    expect((await served.api.get(`${path}/history?type=LeadershipRevoked`)).body.events[0].words).toContain(
      'must stop leading (the group is drained) (on the order of ana',
    );
    expect((await served.api.get(`${path}/verify`)).body).toMatchObject({ ok: true });
    expectProblem(await served.api.post('/v1/groups/none/drain', {}), 404, 'group-unknown');
  });
});
