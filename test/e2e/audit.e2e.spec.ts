import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { Api, inc, ServerProcess, until, type Answer } from '@conclave/processes';
import { STORES, testStore, type TestStore } from '@conclave/testing';
import * as schemas from '@conclave/contract';

const NDJSON = { accept: 'application/x-ndjson' };
const G = '/v1/groups/deploy';

describe.each(STORES)('auditing over %s', (kind) => {
  let store: TestStore;
  let server: ServerProcess;
  let api: Api;
  let history: any[];

  /**
   * a leads, is tainted by ana, hands over to b; b resigns while c is held back by a taint: nobody leads; a
   * leads again.
   */
  beforeAll(async () => {
    store = await testStore(kind);
    server = await ServerProcess.start(store.environment);
    api = new Api(server.url);
    await api.put(G, { leaseMs: 600_000 }); // nobody beats here: a term must outlast the tests
    for (const id of ['a', 'b', 'c'])
      await api.put(`${G}/runners/${id}`, {
        incarnation: inc(id),
        ready: true,
        priority: id === 'b' ? 5 : 0,
      });
    await api.put(`${G}/runners/c/taints/upgrade`, { reason: 'kernel' }, { 'x-conclave-actor': 'ana' });
    await api.put(`${G}/runners/a/taints/disk`, { reason: 'swap' }, { 'x-conclave-actor': 'ana' });
    await api.post(`${G}/runners/a/release`, { incarnation: inc('a'), term: 1 });
    await api.post(`${G}/runners/b/resign`, { incarnation: inc('b'), term: 2, cooldownMs: 600_000 });
    await api.delete(`${G}/runners/a/taints/disk`, { 'x-conclave-actor': 'bob' });
    await api.put('/v1/groups/other/runners/x', { incarnation: inc('x') });
    history = (await api.get(`${G}/history?limit=1000`)).body.events;
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await store.close();
  });
  function expectBody(answer: Answer, schema: z.ZodType): any {
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    expect(schema.safeParse(answer.body)).toMatchObject({ success: true });
    return answer.body;
  }
  const versions = (events: any[]) => events.map((e) => e.version);
  const find = (type: string, nth = 0) => history.filter((e) => e.type === type)[nth];

  it('history tells each event in words, and filters by type, runner, actor, time and version', async () => {
    expect(find('LeaderElected', 1).words).toMatch(
      /^runner "b" elected for term 2: the leader has stopped \(on the order of ana: swap\); runner "a" is tainted disk \(NoLead by claimed:ana: swap\); runner "c" is tainted upgrade/,
    );
    expect(find('RunnerTainted').words).toBe('runner "c" tainted upgrade (NoLead) by ana: kernel');
    const of = async (query: string) =>
      versions(expectBody(await api.get(`${G}/history?${query}`), schemas.HistoryPage).events);
    const all = (holds: (e: any) => boolean) => versions(history.filter(holds));
    const anas = (e: any) => [e.meta.actor, e.meta.causedBy?.actor].includes('claimed:ana');
    expect(await of('actor=ana')).toEqual(all(anas));
    expect(await of('actor=claimed:bob')).toEqual(all((e) => e.meta.actor === 'claimed:bob'));
    expect(await of('runner=c')).toEqual(all((e) => e.data.runner === 'c'));
    expect(await of('runner=a&type=LeaderElected')).toEqual(
      all((e) => e.type === 'LeaderElected' && (e.data.runner === 'a' || e.data.previous?.runner === 'a')),
    );
    expect(await of('from=4&to=6')).toEqual([4, 5, 6]);
    const { at } = find('LeaderElected', 1).meta;
    expect(await of(`since=${at}`)).toEqual(all((e) => e.meta.at >= at));
    expect(await of(`until=${at}`)).toEqual(all((e) => e.meta.at <= at));
    const page = (await api.get(`${G}/history?actor=ana&limit=1`)).body;
    expect([versions(page.events), page.next]).toEqual([[all(anas)[0]], all(anas)[1]]);
    expect((await api.get(`${G}/history?since=yesterday`)).body).toMatchObject({
      status: 400,
      errors: [{ path: '/since' }],
    });
    const later = (await api.get(`${G}/at?time=2999-01-01T00:00:00.000Z`)).body;
    expect(later).toMatchObject({
      detail: expect.stringMatching(/^\/time: 2999\S+ is in the future/),
      errors: [{ path: '/time', message: expect.stringMatching(/^2999\S+ is in the future/) }],
    });
  });

  it('history can be followed live', async () => {
    const response = await fetch(
      `${server.url}/v1/groups/other/history?follow=true&type=RunnerTainted,RunnerUntainted`,
      { headers: NDJSON },
    );
    const seen: any[] = [];
    void (async () => {
      for await (const line of response.body!.pipeThrough(new TextDecoderStream()))
        seen.push(
          ...line
            .trim()
            .split('\n')
            .map((l) => JSON.parse(l) as object),
        );
    })().catch(() => undefined);
    await api.put('/v1/groups/other/runners/x/taints/k', {});
    await until('the taint is told', () => seen.length === 1);
    await api.delete('/v1/groups/other/runners/x/taints/k');
    await until('its end is told', () => seen.length === 2);
    expect(seen.map((e) => [e.type, e.words])).toEqual([
      ['RunnerTainted', 'runner "x" tainted k (NoLead) by anonymous'],
      ['RunnerUntainted', 'taint k of runner "x" lifted by anonymous'],
    ]);
    await response.body!.cancel().catch(() => undefined);
    const soon = new Date(Date.now() + 300).toISOString();
    const ended = await fetch(`${server.url}/v1/groups/other/history?follow=true&until=${soon}`, {
      headers: NDJSON,
    });
    expect(
      (await ended.text())
        .trim()
        .split('\n')
        .every((l) => JSON.parse(l).meta.at <= soon),
    ).toBe(true); // and it ends by itself
  });

  it('as of an instant or a version: the whole group, by which decision', async () => {
    const elected = find('LeaderElected', 1);
    const then = expectBody(await api.get(`${G}/at?version=${elected.version}`), schemas.AsOfReply);
    expect(then).toMatchObject({
      version: elected.version,
      group: {
        state: 'led',
        term: 2,
        leader: { runner: 'b', since: elected.meta.at },
        version: elected.version,
      },
      decidedBy: { type: 'LeaderElected', version: elected.version },
    });
    expect(then.runners.map((r: any) => [r.runner, r.role, r.taints.map((t: any) => t.key)])).toEqual([
      ['a', 'standby', ['disk']],
      ['b', 'leader', []],
      ['c', 'standby', ['upgrade']],
    ]);
    const vacancy = find('GroupLeaderless');
    expect(expectBody(await api.get(`${G}/at?version=${vacancy.version}`), schemas.AsOfReply)).toMatchObject({
      group: { state: 'leaderless', why: expect.stringMatching(/"b" resigned/) },
      decidedBy: { type: 'GroupLeaderless' },
    });
    const last = history.at(-1);
    for (const time of [
      last.meta.at,
      new Date(Date.parse(last.meta.at)).toISOString().replace('Z', '+00:00'),
    ]) {
      expect(
        expectBody(await api.get(`${G}/at?time=${encodeURIComponent(time)}`), schemas.AsOfReply),
      ).toMatchObject({
        at: last.meta.at,
        version: last.version,
        group: { leader: { runner: 'a' }, term: 3 },
      });
    }
    const before = new Date(Date.parse(history[0].meta.at) - 1).toISOString();
    expect((await api.get(`${G}/at?time=${before}`)).body).toMatchObject({
      status: 404,
      code: 'nothing-recorded',
    });
    expect((await api.get(`${G}/at?version=${last.version + 1}`)).body).toMatchObject({
      code: 'nothing-recorded',
    });
    expect((await api.get(`${G}/at?time=2999-01-01T00:00:00Z`)).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('in the future'),
    });
    expect((await api.get(`${G}/at`)).body).toMatchObject({
      status: 400,
      detail: expect.stringContaining('either time or version'),
    });
    expect((await api.get('/v1/groups/none/at?version=1')).body).toMatchObject({ code: 'group-unknown' });
  });

  it('as of an instant, all groups', async () => {
    const now = expectBody(await api.get(`/v1/at?time=${new Date().toISOString()}`), schemas.GroupsAtPage);
    expect(now.groups.map((g: any) => [g.group, g.leader?.runner ?? null])).toEqual([
      ['deploy', 'a'],
      ['other', null],
    ]);
    const then = expectBody(
      await api.get(`/v1/at?time=${find('LeaderElected', 1).meta.at}`),
      schemas.GroupsAtPage,
    );
    expect(then.groups[0]).toMatchObject({ group: 'deploy' });
    expect(then.groups).toHaveLength(1); // the other did not exist yet
    const page = (await api.get(`/v1/at?time=${new Date().toISOString()}&limit=1`)).body;
    expect([page.groups.length, page.next]).toEqual([1, 'deploy']);
    expect((await api.get(`/v1/at?time=${new Date().toISOString()}&after=deploy`)).body.groups).toHaveLength(
      1,
    );
  });

  it('elections, each explained: trigger, policy, standings, what a loser would have needed', async () => {
    const { elections, next } = expectBody(await api.get(`${G}/elections`), schemas.ElectionsPage);
    expect(elections.map((e: any) => [e.term, e.runner, e.cause, e.endCause])).toEqual([
      [1, 'a', 'runner-activated', 'released'],
      [2, 'b', 'released', 'resigned'],
      [3, 'a', 'untainted', null],
    ]);
    expect(next).toBeNull();
    expect((await api.get(`${G}/elections?from=2&limit=1`)).body).toMatchObject({
      elections: [{ term: 2 }],
      next: 3,
    });
    const second = expectBody(await api.get(`${G}/elections/2`), schemas.ElectionReply);
    expect(second).toMatchObject({
      term: 2,
      actor: 'runner:a',
      settings: { leaseMs: 600_000 },
      endedAt: find('LeadershipEnded', 1).meta.at,
      append: [{ type: 'LeadershipEnded' }, { type: 'LeaderElected' }],
    });
    expect(second.standings.map((s: any) => [s.runner, s.needs])).toEqual([
      ['b', []],
      ['a', [{ kind: 'untaint', key: 'disk' }]],
      [
        'c',
        [
          { kind: 'untaint', key: 'upgrade' },
          { kind: 'outrank', runner: 'b', why: 'seniority' },
        ],
      ],
    ]);
    expect((await api.get(`${G}/elections/9`)).body).toMatchObject({
      status: 404,
      code: 'term-unknown',
      detail: expect.stringContaining('1 to 3'),
    });
    const now = expectBody(await api.get(`${G}/explain?runner=c`), schemas.ExplanationReply);
    expect(now).toMatchObject({
      leader: 'a',
      term: 3,
      standings: [
        {
          runner: 'c',
          words: expect.stringMatching(
            /tainted upgrade.*would be elected with: its taint upgrade lifted, "a", which is older, not electable/,
          ),
        },
      ],
    });
    expect((await api.get(`${G}/explain?runner=zz`)).body).toMatchObject({ code: 'runner-unknown' });
  });

  it('verifies one group, and all', async () => {
    expect(expectBody(await api.get(`${G}/verify`), schemas.VerificationReply)).toEqual({
      ok: true,
      events: history.length,
      violations: [],
      head: history.at(-1).meta.hash,
    });
    const all = expectBody(await api.get('/v1/verify'), schemas.VerificationsReply);
    expect(all).toMatchObject({
      ok: true,
      groups: [{ group: 'deploy', events: history.length }, { group: 'other' }],
    });
    const lines = (await api.get('/v1/verify', NDJSON)).body
      .trim()
      .split('\n')
      .map((l: string) => JSON.parse(l) as object);
    expect(lines).toEqual(all.groups);
  });

  it('what if: other settings over the same facts, side by side', async () => {
    const last = history.at(-1);
    const same = expectBody(await api.post(`${G}/what-if`, { settings: {} }), schemas.WhatIfReply);
    expect(same).toMatchObject({ identical: true, limits: [] });
    expect(same.other).toEqual(same.recorded);
    const other = expectBody(
      await api.post(`${G}/what-if`, { settings: { strategy: 'priority', failback: 'always' } }),
      schemas.WhatIfReply,
    );
    expect(other).toMatchObject({
      identical: false,
      recorded: { tenures: [{ runner: 'a' }, { runner: 'b' }, { runner: 'a' }] },
      other: { tenures: [{ runner: 'a' }, { runner: 'b' }, { runner: 'a' }] },
    });
    // b has the higher priority and leads as soon as it is there
    expect(other.other.tenures[1].from < other.recorded.tenures[1].from).toBe(true);
    expect(
      (await api.post(`${G}/what-if`, { settings: { leaseMs: 600, heartbeatMs: 500 } })).body,
    ).toMatchObject({ status: 400, code: 'settings-invalid' });
    expect((await api.post(`${G}/what-if`, { settings: { nonsense: 1 } })).body).toMatchObject({
      status: 400,
      code: 'invalid-request',
    });
    for (const window of [
      { to: '2999-01-01T00:00:00Z' },
      { from: '2999-01-01T00:00:00Z' },
      { from: last.meta.at, to: history[0].meta.at },
    ].filter((w) => w.from !== w.to)) {
      expect((await api.post(`${G}/what-if`, { settings: {}, ...window })).body).toMatchObject({
        status: 400,
        code: 'invalid-request',
      });
    }
    for (const [question, status, code, words] of [
      [{ alive: ['nobody'] }, 404, 'runner-unknown', 'has no runner "nobody"'],
      [{ without: [999_999] }, 400, 'invalid-request', 'version 999999 is no order of a person'],
      [{ without: [0] }, 400, 'invalid-request', ''],
    ] as const)
      expect((await api.post(`${G}/what-if`, question)).body).toMatchObject({
        status,
        code,
        detail: expect.stringContaining(words),
      });
    expect(
      (await api.get(`${G}/tenures?since=${last.meta.at}&until=2001-01-01T00:00:00Z`)).body,
    ).toMatchObject({ status: 400 });
    expect((await api.post(`${G}/what-if`, { settings: {}, to: '2001-01-01T00:00:00Z' })).body).toMatchObject(
      { status: 404, code: 'nothing-recorded' },
    );
  });

  it('a grant comes with a certificate, which says what it must and no more; without a grant there is none', async () => {
    const beat = async (sequence: number, more = {}) =>
      (await api.post(`${G}/runners/a/heartbeat`, { incarnation: inc('a'), sequence, ...more })).body;
    expect((await beat(1)).certificate).toBeUndefined();
    const { certificate, leaseMs, term } = await beat(2, { term: 3, acked: 1 });
    const claims = JSON.parse(Buffer.from(certificate.split('.')[1], 'base64url').toString());
    expect(claims).toEqual({
      iss: 'conclave',
      group: 'deploy',
      runner: 'a',
      incarnation: inc('a'),
      term,
      notAfter: expect.any(String),
      exp: Math.floor(Date.parse(claims.notAfter) / 1_000),
    });
    expect(Date.parse(claims.notAfter) - Date.now()).toBeLessThanOrEqual(leaseMs);
  });

  it('evidence and history refuse windows that cannot be', async () => {
    const first = history[0].meta.at;
    const refused = async (path: string) => {
      const { status, code, detail } = (await api.get(path)).body;
      return [status, code, detail];
    };
    expect(await refused(`${G}/evidence?until=2999-01-01T00:00:00Z`)).toEqual([
      400,
      'invalid-request',
      expect.stringContaining('in the future'),
    ]);
    expect(await refused(`${G}/evidence?since=2999-01-01T00:00:00Z`)).toEqual([
      400,
      'invalid-request',
      expect.stringContaining('after the end of the window'),
    ]);
    expect(await refused(`${G}/evidence?until=2001-01-01T00:00:00Z`)).toEqual([
      404,
      'nothing-recorded',
      expect.stringContaining(first),
    ]);
    expect(await refused('/v1/groups/none/evidence')).toEqual([404, 'group-unknown', expect.any(String)]);
    for (const path of ['evidence', 'history'])
      expect(await refused(`${G}/${path}?since=${first}&until=2001-01-01T00:00:00Z`)).toEqual([
        400,
        'invalid-request',
        expect.stringContaining('is after until'),
      ]);
    const window = { from: '2026-02-02T00:00:00Z', to: '2026-01-01T00:00:00Z' };
    expect((await api.post(`${G}/what-if`, { settings: { leaseMs: 2_000 }, ...window })).body).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringContaining('is before the beginning'),
    });
  });

  it('tenures and availability, as JSON and CSV, of one group and of all', async () => {
    const one = expectBody(await api.get(`${G}/tenures`), schemas.TenuresPage);
    expect(one.availability).toMatchObject({
      terms: 3,
      changes: 2,
      handover: { count: 1 },
      recovery: { count: 0 },
    });
    const vacancyMs =
      Date.parse(find('LeaderElected', 2).meta.at) - Date.parse(find('LeadershipEnded', 1).meta.at);
    expect(one.availability.leaderlessMs).toBe(vacancyMs);
    const narrow = (await api.get(`${G}/tenures?since=${find('LeaderElected', 2).meta.at}`)).body
      .availability;
    expect(narrow).toMatchObject({ terms: 1, leaderlessMs: 0 });
    const csv = (await api.get(`${G}/tenures`, { accept: 'text/csv' })).body.trim().split('\n');
    expect(csv[0]).toBe(
      'group,term,runner,from,to,ms,handoverFrom,handoverMs,endCause,silentMs,leaderlessAfterMs,vacancyWhy,orderedBy,orderReason,endOrderedBy,endOrderReason,lostTerms',
    );
    expect(csv).toHaveLength(4);
    expect(csv[2]).toMatch(/^deploy,2,b,.*,resigned,,\d+,mixed,claimed:ana,swap,,,0$/);
    const all = expectBody(await api.get('/v1/tenures'), schemas.AllTenuresReply);
    expect(all.groups.map((g: any) => [g.group, g.terms])).toEqual([
      ['deploy', 3],
      ['other', 0],
    ]);
    expect(all.total).toMatchObject({ terms: 3, changes: 2 });
    const csvOf = async (path: string) =>
      (await api.get(path, { accept: 'text/csv' })).body.trim().split('\n');
    expect(await csvOf('/v1/tenures')).toEqual(csv);
    expect(await csvOf(`${G}/tenures?from=2&limit=1000`)).toEqual([csv[0], ...csv.slice(2)]);
    const since = find('LeaderElected', 2).meta.at;
    for (const path of [`${G}/tenures`, '/v1/tenures'])
      expect(await csvOf(`${path}?since=${since}`)).toEqual([csv[0], csv[3]]);
    for (const path of [`${G}/tenures`, '/v1/tenures'])
      expect(await api.get(`${path}?since=2999-01-01T00:00:00Z`)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', detail: expect.stringContaining('is in the future') },
      });
    const past = 'since=2020-01-01T00:00:00Z&until=2021-01-01T00:00:00Z';
    expect((await api.get(`${G}/tenures?${past}`)).body).toMatchObject({ code: 'nothing-recorded' });
    expect((await api.get(`/v1/tenures?${past}`)).body).toMatchObject({ groups: [], total: { terms: 0 } });
  });
});
