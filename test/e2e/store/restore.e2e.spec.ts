import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, until, dropFolder } from '@conclave/processes';
import { startEsdbDouble, type EsdbDouble } from '@conclave/testing';
import { lostAt } from './lost.fixture.js';

// G1, G2: a log that was restored from a backup has lost terms that runners have led in. None of them is
// given again.

let directory: string;
let running: ServerProcess[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'conclave-restore-'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()));
  dropFolder(directory);
});
const started = async (environment: Record<string, string>, folder: string) => {
  const server = await ServerProcess.start({ CONCLAVE_LOG_LEVEL: 'error', ...environment }, folder);
  running.push(server);
  return { server, api: new Api(server.url) };
};

interface Grant {
  role: string;
  term: number;
  leaseMs: number;
  certificate: string;
}
let sequence = 0;
const beat = async (api: Api, runner: string, term?: number, more: object = {}) =>
  await api.post(`/v1/groups/g/runners/${runner}/heartbeat`, {
    incarnation: inc(runner),
    sequence: ++sequence,
    ...(term !== undefined && { term }),
    ...more,
  });
const join3 = async (api: Api) => {
  await api.put('/v1/groups/g', { leaseMs: 1_000 });
  for (const id of ['a', 'b', 'c'])
    await api.put(`/v1/groups/g/runners/${id}`, { incarnation: inc(id), ready: true });
};
/** Hands the lead over once: the term goes up by one. */
const ledAfter = async (api: Api, term: number): Promise<{ term: number; leader: { runner: string } }> =>
  until('somebody leads', async () => {
    const { body } = await api.get('/v1/groups/g/leader');
    if (body.state === 'led' && body.term > term) return body;
    for (const id of ['a', 'b', 'c']) await beat(api, id); // on a slow machine they were given up as silent
    return null;
  });
const next = async (api: Api) => {
  const {
    term,
    leader: { runner },
  } = await ledAfter(api, 0);
  await api.post(`/v1/groups/g/runners/${runner}/resign`, { incarnation: inc(runner), term, cooldownMs: 0 });
  return ledAfter(api, term);
};
const certified = async (api: Api): Promise<Grant & { runner: string }> => {
  const { term, leader } = (await api.get('/v1/groups/g/leader')).body;
  await beat(api, leader.runner, term);
  const { body } = await beat(api, leader.runner, term);
  expect(body).toMatchObject({ role: 'leader', term, leaseMs: 1_000, certificate: expect.any(String) });
  return { ...body, runner: leader.runner };
};
const isStopped = async (api: Api, known: number, found: number) => {
  const words = new RegExp(
    `the log is not the one that this server knew.*of group "g" version \\d+ and term ${known} were known, version \\d+ and term ${found} were found`,
  );
  const isWhole = ({ status, body }: Awaited<ReturnType<Api['get']>>) =>
    status === 503 ? body.code === 'not-ready' : body.groups[0].found.term === found;
  await until('it is stopped, and says why', async () => {
    const asked = await api.get('/v1/log').catch(() => null);
    expect(asked === null || isWhole(asked)).toBe(true); // it may still be reading
    const answer = await api.get('/readyz').catch(() => null);
    return answer?.status === 503 && words.test(answer.body.reasons.join('; '));
  });
  const { body: log } = await api.get('/v1/log');
  expect(log).toMatchObject({
    state: 'replaced',
    accepted: null,
    groups: [{ group: 'g', known: { term: known }, found: { term: found } }],
  });
  for (const path of [
    '/v1/groups/g/leader',
    '/v1/groups/g',
    `/v1/groups/g/fence?runner=a&term=${found}`,
    '/v1/watch',
  ]) {
    expect(await api.get(path)).toMatchObject({ status: 503, body: { code: 'log-replaced' } });
  }
  expect(await beat(api, 'a', found)).toMatchObject({ status: 503, body: { code: 'log-replaced' } });
  expect(await api.put('/v1/groups/g', { drainMs: 1 })).toMatchObject({
    status: 503,
    body: { code: 'log-replaced' },
  });
  return log as { digest: string };
};
/** Accepts, waits until it goes on, and looks at the next term and at what the record says. */
const accepted = async (api: Api, known: number, found: number) => {
  expect(await api.post('/v1/log/accept', { reason: 'x', digest: '0' })).toMatchObject({
    status: 412,
    body: { code: 'version-conflict' },
  });
  expect(await api.post('/v1/log/accept', {})).toMatchObject({ status: 400 });
  expect(await api.post('/v1/log/accept', { reason: ' \n' })).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('must say why') },
  });
  const answer = await api.post(
    '/v1/log/accept',
    { reason: 'disk of db-1 died' },
    { 'x-conclave-actor': 'ana' },
  );
  expect(answer).toMatchObject({
    status: 200,
    body: { accepted: { by: 'claimed:ana', reason: 'disk of db-1 died' } },
  });
  await until('it goes on', async () => (await api.get('/readyz')).status === 200);
  expect((await api.get('/v1/log')).body).toMatchObject({ state: 'known', groups: [] });
  const record = (await api.get('/v1/groups/g/history?type=LogAccepted')).body.events;
  expect(record).toMatchObject([
    {
      data: { knownTerm: known, foundTerm: found },
      meta: { actor: 'claimed:ana', reason: 'disk of db-1 died' },
    },
  ]);
  expect(record[0].words).toContain(`terms go on above ${known}`);
  const { term } = await until('somebody leads above', async () => {
    for (const id of ['a', 'b', 'c']) await beat(api, id);
    const { body } = await api.get('/v1/groups/g/leader');
    return body.state === 'led' && body.term > found ? body : null;
  });
  expect(term).toBe(known + 1);
  expect((await api.get('/v1/groups/g/verify')).body).toMatchObject({ ok: true });
  expect((await api.get('/v1/groups/g/tenures')).body.tenures.at(-1)).toMatchObject({
    term: known + 1,
    lostTerms: known - found,
  });
};

describe('a restored SQLite file', () => {
  const prepare = async () => {
    const file = join(directory, 'c.db');
    const environment = { CONCLAVE_STORE: `sqlite:${file}` };
    const { server, api } = await started(environment, directory);
    await join3(api);
    await next(api);
    await server.kill('SIGTERM');
    copyFileSync(file, join(directory, 'backup.db'));
    const again = await started({ ...environment, CONCLAVE_PORT: server.port }, directory);
    for (let n = 0; n < 3; n++) await next(again.api);
    const grant = await certified(again.api);
    expect(grant.term).toBe(5);
    const restore = () => {
      for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
      copyFileSync(join(directory, 'backup.db'), file);
    };
    return {
      file,
      environment,
      grant,
      stop: async (signal: NodeJS.Signals) => {
        await again.server.kill(signal);
        restore();
      },
    };
  };

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
    'stops the server (left by %s) at its next start; an operator accepts; no term is given twice',
    async (signal) => {
      const { file, environment, stop } = await prepare();
      await until(
        'the marks of term 5 are kept',
        () => readFileSync(`${file}.known`, 'utf8').includes('"term":5') || null,
      );
      await stop(signal);
      const { server, api } = await started(environment, directory);
      const { digest } = await isStopped(api, 5, 2);
      await until('it says so', () => server.stderr.includes(`CONCLAVE_ACCEPT_LOG=${digest}`));
      const cli = new Cli({ CONCLAVE_URL: server.url });
      expect(await cli.run('log')).toMatchObject({ code: 1, stdout: expect.stringContaining('were known') });
      await accepted(api, 5, 2);
      expect(await cli.run('log')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('the log is the one that the server knows'),
      });
      await server.kill();
      const { api: later } = await started(environment, directory);
      expect((await later.get('/readyz')).status).toBe(200);
    },
  );

  it('is accepted by CONCLAVE_ACCEPT_LOG at a start, if it names just this log', async () => {
    const { environment, stop } = await prepare();
    await stop('SIGTERM');
    const first = await started(environment, directory);
    const { digest } = await isStopped(first.api, 5, 2);
    await first.server.kill();
    const wrong = await started({ ...environment, CONCLAVE_ACCEPT_LOG: '0123456789abcdef' }, directory);
    await isStopped(wrong.api, 5, 2);
    await wrong.server.kill();
    const { api } = await started({ ...environment, CONCLAVE_ACCEPT_LOG: digest }, directory);
    await until('it goes on', async () => (await api.get('/readyz')).status === 200);
    expect((await api.get('/v1/groups/g/history?type=LogAccepted')).body.events).toMatchObject([
      { data: { knownTerm: 5, foundTerm: 2 }, meta: { actor: 'operator:environment' } },
    ]);
    // others have led after it: what it still holds is not taken for the last term, nor let through
    const { state, term, leader } = (await api.get('/v1/groups/g/leader')).body;
    if (state === 'handover') expect([leader.runner, term]).toEqual([expect.any(String), 2]);
    for (const id of ['a', 'b', 'c'])
      expect(await api.get(`/v1/groups/g/fence?runner=${id}&term=2`)).toMatchObject({ status: 409 });
  });

  it('of which a server remembers nothing is recognised by the certificate of a runner, and by nothing less', async () => {
    const { file, environment, grant, stop } = await prepare();
    await stop('SIGTERM');
    rmSync(`${file}.known`);
    const { server, api } = await started(environment, directory);
    // it knows nothing of the rest: too few events for a snapshot
    expect((await api.get('/readyz')).status).toBe(200);
    expect(await beat(api, grant.runner, 5)).toMatchObject({ status: 404, body: { code: 'term-unknown' } });
    expect((await api.get('/readyz')).status).toBe(200); // a word is no proof
    expect(await beat(api, grant.runner, 5, { certificate: `${grant.certificate}x` })).toMatchObject({
      status: 404,
      body: { code: 'term-unknown' },
    });
    expect(await beat(api, grant.runner, 5, { certificate: grant.certificate })).toMatchObject({
      status: 503,
      body: { code: 'log-replaced' },
    });
    await until('it is stopped', async () => (await api.get('/readyz').catch(() => null))?.status === 503);
    await isStopped(api, 5, 2);
    expect(server.stderr).toContain('certificate of term 5');
    await accepted(api, 5, 2);
  });
});

describe('a restored EventStoreDB', () => {
  let double: EsdbDouble;
  let environment: Record<string, string>;
  beforeEach(async () => {
    double = await startEsdbDouble();
    environment = { CONCLAVE_STORE: double.connectionString };
  });
  afterEach(async () => double.stop());
  const folder = (name: string) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  /** Puts the copy of `at` back: what came after it is lost, what comes next stands in its place. */
  const restore = async (at: bigint) => {
    double.crash();
    double.log.rewindTo(at);
    await double.restart();
  };
  const prepare = async () => {
    const one = await started(environment, folder('one'));
    // one that is deleted: nothing can be recorded of it, and it holds up nobody
    await one.api.put('/v1/groups/gone', { leaseMs: 1_000 });
    const cli = new Cli({ CONCLAVE_URL: one.server.url });
    expect(await cli.run('delete', 'gone', '--out', directory, '--reason', 'gone')).toMatchObject({
      code: 0,
    });
    await join3(one.api);
    await next(one.api);
    const at = double.log.all.at(-1)!.position;
    for (let n = 0; n < 3; n++) await next(one.api);
    const grant = await certified(one.api);
    expect(grant.term).toBe(5);
    return { ...one, grant, at };
  };

  it('stops the server that runs, which goes on above the lost terms once somebody has accepted it', async () => {
    const { server, api, at } = await prepare();
    await restore(at);
    await until(
      'it is stopped',
      async () => (await api.get('/v1/log').catch(() => null))?.body.state === 'replaced',
    );
    await isStopped(api, 5, 2);
    await until(
      'it has said so',
      () => server.stderr.includes('stopped: the log is not the one that this server knew') || null,
    );
    const writtenMs = double.log.all.length;
    // longer than any record of presence takes to be due
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(double.log.all.length).toBe(writtenMs);
    await accepted(api, 5, 2);
  });

  it('stops one that was down, and one that was frozen while the log grew past what it had read', async () => {
    const { server, api, grant, at } = await prepare();
    // or another one, heard a moment ago on a slow machine, follows before both are gone
    const beating = setInterval(() => void beat(api, grant.runner, 5).catch(() => undefined), 200).unref();
    const two = await started(environment, folder('two'));
    expect((await two.api.get('/v1/groups/g/leader')).body.term).toBe(5);
    await until(
      'both have kept what they know',
      () => ['one', 'two'].every((name) => knownIn(folder(name)).includes('"term":5')) || null,
    );
    await server.kill('SIGKILL');
    two.server.child.kill('SIGSTOP');
    clearInterval(beating);
    await restore(at);
    // it knows nothing, so it goes on: terms 3, 4, 5 again
    const fresh = await started(environment, folder('fresh'));
    for (let n = 0; n < 8; n++) await next(fresh.api);
    // 10 or more: nobody beats, leases end
    const beyond = { group: 'g', known: { term: 5 }, found: { term: expect.any(Number) } };
    two.server.child.kill('SIGCONT');
    expect(await lostAt(two.api)).toMatchObject([beyond]);
    const down = await started({ ...environment, CONCLAVE_PORT: server.port }, folder('one'));
    expect(await lostAt(down.api)).toMatchObject([beyond]);
    expect(await beat(api, grant.runner, 5)).toMatchObject({ status: 503, body: { code: 'log-replaced' } });

    await two.api.post('/v1/log/accept', { reason: 'restored' });
    await until('all go on: one acceptance is enough for who knew no more', async () => {
      const ready = await Promise.all([two.api, down.api, fresh.api].map((one) => one.get('/readyz')));
      return ready.every(({ status }) => status === 200) || null;
    });
    expect((await fresh.api.get('/v1/groups/g/history?type=LogAccepted')).body.events).toMatchObject([
      { data: { knownTerm: 5 } },
    ]);
    expect((await fresh.api.get('/v1/groups/g/verify')).body).toMatchObject({ ok: true });
  });

  it('while it waits to be accepted, a runner that holds a lost term proves it: terms go on above that one, too', async () => {
    const { server, api, grant, at } = await prepare();
    const two = await started(environment, folder('two'));
    await until('it has kept what it knows', () => knownIn(folder('two')).includes('"term":5'));
    await two.server.kill('SIGKILL');
    const { term, leader } = await next(api); // only the first server and a runner ever know of this term
    await beat(api, leader.runner, term);
    const { certificate } = (await beat(api, leader.runner, term)).body;
    await server.kill('SIGKILL');
    await restore(at);
    const { api: again } = await started(environment, folder('two'));
    await isStopped(again, 5, 2);
    expect(
      (await again.post('/v1/log/evidence', { group: 'g', certificate: grant.certificate })).body.groups,
    ).toMatchObject([{ known: { term: 5 } }]);
    expect((await again.post('/v1/log/evidence', { group: 'g', certificate })).body.groups).toMatchObject([
      { known: { term } },
    ]);
    await accepted(again, term, 2);
  });

  it('that is the same log again, as after any outage, stops nobody', async () => {
    const { api } = await prepare();
    double.crash();
    await double.restart();
    await until('it goes on', async () => (await api.get('/readyz')).status === 200);
    expect((await api.get('/v1/groups/g/leader')).body.term).toBe(5);
  });
});

const knownIn = (folder: string): string => {
  const file =
    existsSync(join(folder, 'data')) &&
    readdirSync(join(folder, 'data')).find((name) => name.endsWith('.known'));
  return file ? readFileSync(join(folder, 'data', file), 'utf8') : '';
};
