import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { expectProblem } from './served.fixture.js';

describe('what one server takes at most', () => {
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    server = await ServerProcess.start({
      CONCLAVE_MAX_GROUPS: '2',
      CONCLAVE_MAX_RUNNERS: '1',
      CONCLAVE_MAX_TAINTS: '1',
      CONCLAVE_MAX_LABEL_BYTES: '20',
      CONCLAVE_MAX_STREAMS: '1',
      CONCLAVE_MAX_LONG_POLLS: '1',
      CONCLAVE_MAX_AUDITS: '1',
      CONCLAVE_MAX_AUDITS_WAITING: '0',
    });
    api = new Api(server.url);
    await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
    await api.put('/v1/groups/h', {});
  });
  afterAll(async () => {
    expect(await server.kill('SIGTERM')).toBe(0);
  });
  const running = async (): Promise<string | undefined> =>
    /^conclave_audits_running\S* (\S+)$/m.exec((await api.get('/metrics')).body as string)?.[1];

  it('groups, runners, taints and labels: refused with the variable that says so, and nothing changes', async () => {
    const { version } = (await api.get('/v1/groups/g')).body;
    const refused = async (path: string, body: object, variable: string) =>
      expectProblem(await api.put(path, body), 409, 'limit-reached', new RegExp(`${variable} sets how many`));
    await refused('/v1/groups/more', {}, 'CONCLAVE_MAX_GROUPS');
    await refused('/v1/groups/g/runners/b', { incarnation: inc('b') }, 'CONCLAVE_MAX_RUNNERS');
    const labels = { region: 'eu-central-1', zone: 'b' };
    await refused('/v1/groups/g/runners/a', { incarnation: inc('a'), labels }, 'CONCLAVE_MAX_LABEL_BYTES');
    expect((await api.get('/v1/groups/g')).body.version).toBe(version);
    expect((await api.put('/v1/groups/g/runners/a/taints/k', {})).status).toBe(201);
    await refused('/v1/groups/g/runners/a/taints/l', {}, 'CONCLAVE_MAX_TAINTS');
    expect((await api.put('/v1/groups/g/runners/a/taints/k', { reason: 'again' })).status).toBe(200);
  });

  it('a repeat takes no room, and is answered as the first where there is none by now', async () => {
    const [path, key] = ['/v1/groups/g/runners/a/taints', { 'idempotency-key': 'once' }];
    await api.delete(`${path}/k`);
    const { body: first } = await api.put(`${path}/m`, {}, key);
    const again = { 'idempotency-key': 'again' };
    expect((await api.put(`${path}/m`, {}, again)).body).toMatchObject({ changed: false });
    await api.delete(`${path}/m`);
    expect((await api.put(`${path}/l`, {})).status).toBe(201);
    for (const query of ['', '?dryRun=true']) {
      const { body } = await api.put(`${path}/m${query}`, {}, key);
      expect(body).toMatchObject({ changed: false, events: first.events });
      const nothing = await api.put(`${path}/m${query}`, {}, again); // it found its wish fulfilled
      expect(nothing.body).toMatchObject({ changed: false, events: [] });
    }
    const other = { 'idempotency-key': 'other' };
    expectProblem(await api.put(`${path}/m`, {}, other), 409, 'limit-reached');
    expectProblem(await api.put(`${path}/n`, {}, key), 422, 'idempotency-key-reused');
  });

  it('a group that was deleted makes room for another', async () => {
    const out = mkdtempSync(join(tmpdir(), 'conclave-limits-'));
    const cli = new Cli({ CONCLAVE_URL: server.url });
    expect(await cli.run('delete', 'h', '--out', out, '--reason', 'done')).toMatchObject({ code: 0 });
    expect((await api.put('/v1/groups/i', {})).status).toBe(201);
    expectProblem(await api.put('/v1/groups/j', {}), 409, 'limit-reached', /there are 2 groups/);
    dropFolder(out);
  });

  it('what no server can take more of is not said to be a matter of a variable', async () => {
    const usual = await ServerProcess.start();
    const at = new Api(usual.url);
    await at.put('/v1/groups/g/runners/a', { incarnation: inc('a') });
    const taint = async (n: number) => at.put(`/v1/groups/g/runners/a/taints/k${n}`, {});
    for (let n = 0; n < 16; n++) expect((await taint(n)).status).toBe(201);
    const most = /^runner "a" has 16 taints\. No server can take more\.$/;
    expectProblem(await taint(16), 409, 'limit-reached', most);
    expect(await usual.kill('SIGTERM')).toBe(0);
  });

  it('streams and long polls: one more is told to come again, and may when another has gone', async () => {
    const one = await api.stream('/v1/groups/g/watch');
    await one.next('open', () => true);
    const full = await api.get('/v1/groups/g/watch');
    expectProblem(full, 503, 'overloaded', /too many streams are open/);
    expect(full.headers.get('retry-after')).toBe('1');
    one.cut();
    await until('there is room again', async () => {
      const next = await api.stream('/v1/groups/g/watch');
      next.cut();
      return next.response.status === 200;
    });

    const gone = new AbortController();
    const poll = '/v1/groups/g/leader?afterTerm=99&waitMs=30000';
    const wait = async () => fetch(server.url + poll, { signal: gone.signal }).catch(() => null);
    let waiting = wait();
    await until('it is full', async () => {
      if ((await api.get(poll.replace('30000', '1'))).status === 503) return true;
      // on a slow machine the short one may have come first, and the long one been refused
      const first = await Promise.race([waiting, Promise.resolve(null)]);
      if (first?.status === 503) waiting = wait();
      return false;
    });
    gone.abort();
    await waiting;
    await until(
      'there is room again',
      async () => (await api.get(poll.replace('30000', '1'))).status === 200,
    );
  });

  it('audits: clients that leave give one place back, not two', async () => {
    const leaving = async (): Promise<void> => {
      const gone = new AbortController();
      const path = '/v1/groups/g/verify';
      const asked = fetch(server.url + path, { signal: gone.signal }).catch(() => null);
      setImmediate(() => gone.abort());
      await asked;
    };
    for (let n = 0; n < 50; n++) await Promise.all([leaving(), leaving(), leaving()]);
    await until('none runs, and none too few', async () => (await running()) === '0');
    expect((await api.get('/v1/groups/g/verify')).status).toBe(200);
  });
});
