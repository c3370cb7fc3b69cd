import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, inc, ServerProcess, until } from '@conclave/processes';
import { STORES, testStore, type TestStore } from '@conclave/testing';

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
    await server.kill();
    await store.close();
  });

  /** Only a session that nobody else can open is evidence when it ends. */
  const own = { 'x-conclave-secret': 'only-this-process-knows-0123456789' };
  async function ledGroup(settings: object = {}): Promise<string> {
    const group = `s${++count}`;
    await api.put(`/v1/groups/${group}`, settings);
    for (const id of ['a', 'b'])
      await api.put(`/v1/groups/${group}/runners/${id}`, { incarnation: inc(id), ready: true }, own);
    return group;
  }
  const session = (group: string, id: string, life = 1) =>
    api.stream(`/v1/groups/${group}/runners/${id}/session?incarnation=${inc(id, life)}`, own);
  const resign = (group: string, id: string, term: number) =>
    api.post(`/v1/groups/${group}/runners/${id}/resign`, { incarnation: inc(id), term, cooldownMs: 0 }, own);

  describe('runner session', () => {
    it('tells the present role first, then each change', async () => {
      const group = await ledGroup();
      const [a, b] = [await session(group, 'a'), await session(group, 'b')];
      await a.next('a leads', (e) => e.event === 'elected');
      await b.next('b stands by', (e) => e.event === 'standby');
      await api.put(`/v1/groups/${group}/runners/a/taints/k`, {});
      await a.next('a is revoked', (e) => e.event === 'revoked');
      await api.post(`/v1/groups/${group}/runners/a/release`, { incarnation: inc('a'), term: 1 }, own);
      await b.next('b leads', (e) => e.event === 'elected');
      await a.next('a stands by', (e) => e.event === 'standby');
      expect(a.events.map((e) => [e.event, e.data])).toEqual([
        ['elected', { term: 1 }],
        ['revoked', { term: 1, cause: 'tainted' }],
        ['standby', { term: 2, leader: 'b' }],
      ]);
      expect(b.events.map((e) => [e.event, e.data])).toEqual([
        ['standby', { term: 1, leader: 'a' }],
        ['elected', { term: 2 }],
      ]);
    });

    it('an old incarnation is told superseded and closed; an unknown runner is 404', async () => {
      const group = await ledGroup();
      const old = await session(group, 'b');
      await api.put(`/v1/groups/${group}/runners/b`, { incarnation: inc('b', 2) });
      await old.next('superseded', (e) => e.event === 'superseded');
      await until('closed', () => old.isClosed);
      const late = await session(group, 'b');
      await until('closed at once', () => late.isClosed);
      expect(late.events.map((e) => e.event)).toEqual(['superseded']);
      expect((await session(group, 'x')).response.status).toBe(404);
      expect((await api.get(`/v1/groups/${group}/runners/a/session`)).body.code).toBe('invalid-request');
    });

    it('a lost socket of a standby ends its candidacy; a beat within 250 ms saves it; of a lease leader it is no news', async () => {
      // L10
      const group = await ledGroup();
      const [a, b] = [await session(group, 'a'), await session(group, 'b')];
      a.cut();
      b.cut();
      const missed = await until('b is missed', async () => {
        const { events } = (await api.get(`/v1/groups/${group}/history?type=HeartbeatMissed`)).body;
        return events.length > 0 && events;
      });
      expect(missed.map((e: any) => [e.data.runner, e.data.evidence])).toEqual([['b', 'connection-lost']]);
      await api.post(`/v1/groups/${group}/runners/b/heartbeat`, { incarnation: inc('b'), sequence: 1 }, own);
      const again = await session(group, 'b');
      await again.next('role', () => true);
      again.cut();
      const another = await session(group, 'b');
      await another.next('role', () => true);
      await api.get(`/v1/groups/${group}/leader?afterTerm=99&waitMs=600`);
      expect((await api.get(`/v1/groups/${group}`)).body.runners).toEqual({
        pending: 0,
        active: 2,
        silent: 0,
      });
    });

    it('a goodbye is no loss', async () => {
      const group = await ledGroup();
      const a = await session(group, 'a');
      await a.next('role', () => true);
      await resign(group, 'a', 1);
      a.cut();
      await api.get(`/v1/groups/${group}/leader?afterTerm=99&waitMs=600`);
      expect((await api.get(`/v1/groups/${group}`)).body.runners.silent).toBe(0);
    });
  });

  describe('watch', () => {
    it('a group: snapshot, then every change, resumable without loss', async () => {
      const group = await ledGroup();
      const watch = await api.stream(`/v1/groups/${group}/watch`);
      const first = await watch.next('snapshot', (e) => e.event === 'leader');
      expect(first.data).toMatchObject({ term: 1, leader: { runner: 'a' } });
      await resign(group, 'a', 1);
      const second = await watch.next('term 2', (e) => e.data.term === 2);
      watch.cut();
      await resign(group, 'a', 2);
      await resign(group, 'a', 3);
      const resumed = await api.stream(`/v1/groups/${group}/watch`, { 'last-event-id': second.id! });
      await resumed.next('term 4', (e) => e.data.term === 4);
      await resign(group, 'a', 4);
      await resumed.next('term 5', (e) => e.data.term === 5);
      expect(resumed.events.map((e) => e.data.term)).toEqual([3, 4, 5]);
      const all = await api.stream(`/v1/groups/${group}/watch`, { 'last-event-id': '0' });
      await all.next('term 5', (e) => e.data.term === 5);
      expect(all.events.map((e) => [e.data.state, e.data.term])).toEqual([
        ['leaderless', 0],
        ['led', 1],
        ['led', 2],
        ['led', 3],
        ['led', 4],
        ['led', 5],
      ]);
    });

    it('all groups: one leader each, synced, then changes; with events', async () => {
      const group = await ledGroup();
      const watch = await api.stream('/v1/watch?events=true');
      const synced = await watch.next('synced', (e) => e.event === 'synced');
      expect(watch.events.filter((e) => e.event === 'leader').map((e) => e.data.group)).toContain(group);
      await resign(group, 'a', 1);
      await watch.next('term 2', (e) => e.event === 'leader' && e.data.group === group && e.data.term === 2);
      const news = watch.events.slice(watch.events.indexOf(synced) + 1);
      expect(news.map((e) => [e.event, e.data.type ?? e.data.term])).toEqual([
        ['event', 'LeadershipEnded'],
        ['event', 'LeaderElected'],
        ['leader', 2],
      ]);
      expect(news.map((e) => e.id)).toEqual([synced.id, synced.id, news[1]!.data.position]);
    });

    it.each(['1.0', '1.1'])(
      'over HTTP/%s it is framed as its headers say, also behind another answer',
      async (version) => {
        const group = await ledGroup();
        const { hostname, port } = new URL(server.url);
        const socket = connect(Number(port), hostname);
        let got = '';
        socket.setEncoding('utf8').on('data', (text: string) => (got += text));
        const host = `Host: ${hostname}:${port}\r\n\r\n`;
        const before = version === '1.1' ? `GET /v1/groups/${group}/leader HTTP/1.1\r\n${host}` : '';
        socket.write(`${before}GET /v1/groups/${group}/watch HTTP/${version}\r\n${host}`); // in one piece
        await until('it begins', () => got.includes('"term":1'));
        await api.put(`/v1/groups/${group}/runners/b/taints/k`, { effect: 'PreferNoLead', reason: '日本 é' });
        await resign(group, 'a', 1);
        await until('it goes on', () => got.includes('"term":2'));
        socket.destroy();
        const stream = got.slice(got.indexOf('text/event-stream'));
        let body = stream.slice(stream.indexOf('\r\n\r\n') + 4);
        expect(/transfer-encoding: chunked/i.test(stream)).toBe(version === '1.1');
        if (version === '1.1') {
          const chunks: string[] = [];
          for (let bytes = Buffer.from(body); bytes.length > 0;) {
            const [size] = /^[0-9a-f]+(?=\r\n)/.exec(bytes.toString('latin1'))!;
            const [from, length] = [size.length + 2, Number.parseInt(size, 16)];
            chunks.push(bytes.subarray(from, from + length).toString());
            expect(bytes.subarray(from + length, from + length + 2).toString()).toBe('\r\n');
            bytes = bytes.subarray(from + length + 2);
          }
          body = chunks.join('');
        }
        const messages = body.trimEnd().split('\n\n');
        expect(messages.map((message) => message.split('\n')[0]!.split(':')[0])).toEqual([
          'retry',
          ...messages.slice(1).map(() => 'id'),
        ]);
      },
    );

    it('a slow client behind another answer is told the rest when it reads again', async () => {
      const group = await ledGroup();
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      let got = ''; // the end of megabytes
      socket.setEncoding('utf8').on('data', (text: string) => (got = (got + text).slice(-20_000)));
      const ask = (path: string) =>
        `GET /v1/groups/${group}/${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`;
      socket.write(ask('leader') + ask('watch?events=true'));
      await until('it begins', () => got.includes('event: leader'));
      socket.pause();
      const change = async (n: number) => {
        const labels = Object.fromEntries(
          Array.from({ length: 32 }, (_, k) => [`l${k}`, `${n}-`.repeat(50)]),
        );
        await api.put(`/v1/groups/${group}/runners/b`, { incarnation: inc('b'), ready: true, labels }, own);
      };
      // more than sockets hold, and soon: who is behind for longer than 10 s is cut off, also on a slow machine
      for (let n = 1001; n <= 1400; n++) await change(n);
      socket.resume();
      await until('it has been told the last', () => got.includes('1400-1400'));
      await change(1401);
      await until('it is told what comes then', () => got.includes('1401-1401'));
      socket.destroy();
    });

    it('an unknown group is 404', async () => {
      expect((await api.stream('/v1/groups/nope/watch')).response.status).toBe(404);
    });
  });

  describe('shutdown', () => {
    it('SIGTERM ends open streams with bye, reports nobody, exits 0', async () => {
      const own = await ServerProcess.start();
      const its = new Api(own.url);
      await its.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
      const stream = await its.stream(`/v1/groups/g/runners/a/session?incarnation=${inc('a')}`);
      const watch = await its.stream('/v1/watch');
      await stream.next('elected', (e) => e.event === 'elected');
      await watch.next('synced', (e) => e.event === 'synced');
      expect(await own.kill('SIGTERM')).toBe(0);
      await stream.next('bye', (e) => e.event === 'bye');
    });
  });
});
