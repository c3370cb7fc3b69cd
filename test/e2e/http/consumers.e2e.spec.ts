import { describe, expect, it } from '@jest/globals';
import { STORES } from '@conclave/testing';
import * as schemas from '@conclave/contract';
import { expectBody, expectProblem, I, J, Served } from './served.fixture.js';

describe.each(STORES)('consumers over %s', (kind) => {
  const served = new Served(kind);

  it('lists groups by pages', async () => {
    await served.ledGroup();
    await served.ledGroup();
    const first = expectBody(await served.api.get('/v1/groups?limit=1'), 200, schemas.GroupsPage);
    expect(first.groups).toHaveLength(1);
    const second = expectBody(
      await served.api.get(`/v1/groups?limit=1000&after=${first.next}`),
      200,
      schemas.GroupsPage,
    );
    expect(second.next).toBeNull();
    expect(second.groups.map((g: any) => g.group)).not.toContain(first.next);
  });

  it('long-polls for the next term', async () => {
    const group = await served.ledGroup();
    const waiting = served.api.get(`/v1/groups/${group}/leader?afterTerm=1&waitMs=20000`);
    await served.api.post(`/v1/groups/${group}/runners/a/resign`, { incarnation: I, term: 1 });
    expect(expectBody(await waiting, 200, schemas.LeaderReply)).toMatchObject({
      term: 2,
      leader: { runner: 'b' },
    });
    expect((await served.api.get(`/v1/groups/${group}/leader?afterTerm=2&waitMs=50`)).body).toMatchObject({
      term: 2,
    });
  });

  it('fence: only runner and term that hold, through handover', async () => {
    const group = await served.ledGroup();
    const fence = (runner: string, term: number) =>
      served.api.get(`/v1/groups/${group}/fence?runner=${runner}&term=${term}`);
    expect(expectBody(await fence('a', 1), 200, schemas.FenceReply)).toMatchObject({ valid: true, term: 1 });
    await served.api.put(`/v1/groups/${group}/runners/a/taints/k`, {});
    expectBody(await fence('a', 1), 200, schemas.FenceReply);
    for (const [runner, term] of [
      ['b', 1],
      ['a', 2],
      ['a', 0],
    ] as const)
      expectProblem(await fence(runner, term), 409, 'term-stale');
    await served.api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: I, term: 1 });
    expect(expectProblem(await fence('a', 1), 409, 'term-stale')).toMatchObject({ current: { term: 2 } });
  });

  it('atLeast: waits for a position, refuses one that never comes in time', async () => {
    const group = await served.ledGroup();
    const { position } = (await served.api.put(`/v1/groups/${group}`, { drainMs: 1 })).body;
    expectBody(await served.api.get(`/v1/groups/${group}?atLeast=${position}`), 200, schemas.GroupReply);
    const late = await served.api.get(`/v1/groups/${group}/leader?atLeast=999999999999999999`);
    expectProblem(late, 503, 'position-not-reached');
    expect(late.headers.get('retry-after')).toBe('1');
  });

  it('says why nobody leads', async () => {
    const group = await served.ledGroup();
    for (const [r, i, term] of [
      ['a', I, 1],
      ['b', J, 2],
    ] as const) {
      await served.api.put(
        `/v1/groups/${group}/runners/${r}/taints/k`,
        { reason: 'rack 7' },
        { 'x-conclave-actor': 'ana' },
      );
      await served.api.post(`/v1/groups/${group}/runners/${r}/release`, { incarnation: i, term });
    }
    expect((await served.api.get(`/v1/groups/${group}/leader`)).body).toMatchObject({
      state: 'leaderless',
      leader: null,
      why: expect.stringContaining('"a" is tainted k (NoLead by claimed:ana: rack 7)'),
    });
    expect((await served.api.get(`/v1/groups/${served.newGroup()}/leader`)).body.code).toBe('group-unknown');
  });

  it('history: pages, types, NDJSON, chained hashes; tenures', async () => {
    const group = await served.ledGroup();
    await served.api.post(`/v1/groups/${group}/runners/a/resign`, { incarnation: I, term: 1 });
    const page = expectBody(
      await served.api.get(`/v1/groups/${group}/history?limit=2`),
      200,
      schemas.HistoryPage,
    );
    expect(page).toMatchObject({
      next: 3,
      version: 6,
      events: [
        { version: 1, type: 'GroupConfigured' },
        { version: 2, type: 'RunnerRegistered' },
      ],
    });
    const elected = (await served.api.get(`/v1/groups/${group}/history?type=LeaderElected`)).body.events;
    expect(elected.map((e: any) => e.data.term)).toEqual([1, 2]);
    const lines = (
      await served.api.get(`/v1/groups/${group}/history`, { accept: 'application/x-ndjson' })
    ).body
      .trim()
      .split('\n')
      .map((l: string) => JSON.parse(l));
    expect(lines).toHaveLength(6);
    expect(lines.slice(0, 2)).toEqual(page.events);
    expect(new Set(lines.map((e: any) => e.meta.hash)).size).toBe(6);
    expectProblem(
      await served.api.get(`/v1/groups/${group}/history?type=Nope`),
      400,
      'invalid-request',
      /known are GroupConfigured/,
    );
    expect(
      expectBody(await served.api.get(`/v1/groups/${group}/tenures`), 200, schemas.TenuresPage).tenures,
    ).toMatchObject([
      { term: 1, runner: 'a', endCause: 'resigned', leaderlessAfterMs: 0 },
      { term: 2, runner: 'b', to: null, endCause: null },
    ]);
  });
});
