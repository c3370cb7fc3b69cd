import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seal } from '@conclave/event-store';
import { Api, Cli, inc, ServerProcess, until } from '@conclave/processes';

// A verifier that shares nothing with ours: in Python, written from docs/formats.md alone.

const hasPython = spawnSync('python3', ['--version']).status === 0;
const python = (...args: string[]) =>
  spawnSync('python3', ['-B', ...args], { encoding: 'utf8', timeout: 300_000 });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-independent-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What runners and people do, by chance; much of it is refused, or changes nothing. */
async function live(api: Api, random: () => number, steps: number): Promise<void> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  for (let n = 0; n < steps; n++) {
    const group = `/v1/groups/${pick(['deploy', 'build', 'docs'])}`;
    const id = pick(['a', 'b', 'c']);
    const runner = `${group}/runners/${id}`;
    const incarnation = inc(id, pick([1, 1, 1, 2]));
    const { term = 1 } = (await api.get(`${group}/leader`)).body as { term?: number };
    const lifetime = pick([{}, { ttlMs: 30 }, { ttlMs: 60_000 }]);
    const reason = pick([{}, { reason: 'disk “swap”' }]);
    await pick([
      async () => api.put(runner, { incarnation, ready: random() < 0.7, priority: pick([0, 0, 2]) }),
      async () => api.post(`${runner}/heartbeat`, { incarnation, sequence: n + 1, acked: 0 }),
      async () => api.post(`${runner}/release`, { incarnation, term }),
      async () =>
        api.post(`${runner}/resign`, { incarnation, ...pick([{}, { term, cooldownMs: pick([0, 20]) }]) }),
      async () => api.delete(`${runner}?${pick(['', `incarnation=${incarnation}`])}`),
      async () =>
        api.put(`${runner}/taints/k`, {
          effect: pick(['NoLead', 'NoElect', 'PreferNoLead']),
          ...lifetime,
          ...reason,
        }),
      async () => api.delete(`${runner}/taints/k`),
      async () => api.put(`${group}/pin`, { runner: id, mode: pick(['strict', 'prefer']), ...lifetime }),
      async () => api.delete(`${group}/pin`),
      async () => api.post(`${group}/transfer`, pick([{}, { to: id }, { force: true }])),
      async () => api.put(`${group}/pause`, { ...lifetime, ...reason }),
      async () => api.delete(`${group}/pause`),
      async () =>
        api.put(group, { failback: pick(['never', 'always']), failover: pick(['lease', 'fenced']) }),
    ])();
  }
}

/** One standby goes away as the SDK says it; leader and standby beat, fall silent, and what that rests on is kept. */
async function loseLease(api: Api, cli: Cli): Promise<void> {
  const group = '/v1/groups/silent';
  await api.put(group, { leaseMs: 1_500, heartbeatMs: null });
  for (const id of ['a', 'b', 'c'])
    await api.put(`${group}/runners/${id}`, { incarnation: inc(id), ready: true });
  await api.post(`${group}/runners/c/resign`, { incarnation: inc('c') });
  await api.post(`${group}/runners/a/heartbeat`, { incarnation: inc('a'), sequence: 1, term: 1 });
  await api.post(`${group}/runners/b/heartbeat`, { incarnation: inc('b'), sequence: 1 });
  const missed = async (id: string) =>
    (await api.get(`${group}/history?type=HeartbeatMissed`)).body.events.find(
      ({ data }: { data: { runner: string } }) => data.runner === id,
    ) as { version: number } | undefined;
  await until('the standby is given up', async () => missed('b'));
  const { version } = await until('the leader is', async () => missed('a'));
  const heard = async () => (await api.get(`${group}/heard?version=${version}`)).body;
  await until('it is kept', async () => (await heard()).kept);
  expect(await heard()).toMatchObject({ ok: true, runner: 'a', term: 1 });
  expect(await cli.run('heard', 'silent', '--version', String(version))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /the last beat of runner "a" is in record \d+, .* says that its lease is over/,
    ),
  });
  expect(await cli.run('heard', 'silent', '--version', '1')).toMatchObject({
    stderr: expect.stringContaining('does not rest on records of the presence log'),
  });
  expect(await cli.run('heard', 'silent', '--version', '99')).toMatchObject({
    stderr: expect.stringContaining('group "silent" has no event 99; its last is'),
  });
  const back = (id: string) => ({ group: 'silent', runner: id, incarnation: inc(id), sequence: 2 });
  await api.post('/v1/heartbeats', { beats: [back('a'), back('b')] });
}

(hasPython ? describe : describe.skip)('the independent verifier (needs python3)', () => {
  it('finds every damage and forgery of its own tables, and nothing in real histories', () => {
    const { status, stderr } = python('test/independent/test_verify.py');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('OK') });
  }, 310_000);

  it('agrees with the server on what chance has made of three groups', async () => {
    const store = `sqlite:${join(folder, 'conclave.db')}`;
    const server = await ServerProcess.start({ CONCLAVE_STORE: store });
    const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
    const { seeded }: { seeded: (n: number) => () => number } =
      // @ts-expect-error: the simulation has no types
      await import('../sim/seeded.mjs');
    const random = seeded(14);
    await live(new Api(server.url), random, 400);
    await cli.run('archive', '--all', '--before', '0s', '--out', folder, '--reason', 'old');
    await live(new Api(server.url), random, 400);
    await loseLease(new Api(server.url), cli);
    await cli.run('keys', 'rotate', '--reason', 'yearly');
    await server.kill('SIGTERM');
    const file = join(folder, 'log.ndjson');
    expect(await cli.run('export', file, '--store', store)).toMatchObject({ code: 0 });
    expect(await cli.run('verify', '--file', file)).toMatchObject({ code: 0 });
    const log = readFileSync(file, 'utf8');
    expect(log.match(/"heard":{"from"/g)!.length).toBeGreaterThan(1); // two silences
    expect(log).toMatch(/"evidence":"connection-lost".*"actor":"runner:c".*"term":-1/);
    expect(log).toMatch(/"command":{"also":\[{.*"type":"ActivateRunner"/);
    expect(log.match(/"type":"HistorySealed"/g)).toHaveLength(3);
    expect(log).not.toContain('"stream":"group-deploy","type":"GroupConfigured","version":1}');
    const { status, stdout } = python('test/independent/verify.py', file);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('nothing is wrong') });
  }, 310_000);

  it('knows a group that was deleted, with the archive put back before what is left of it', async () => {
    const store = `sqlite:${join(folder, 'deleted.db')}`;
    const server = await ServerProcess.start({ CONCLAVE_STORE: store });
    const cli = new Cli({ CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' });
    const api = new Api(server.url);
    await api.put('/v1/groups/deploy/runners/a', { incarnation: inc('a'), ready: true });
    await api.delete(`/v1/groups/deploy/runners/a?incarnation=${inc('a')}`);
    await api.put('/v1/groups/deploy/runners/b', { incarnation: inc('b') });
    await api.put('/v1/groups/deploy/pause', { ttlMs: 1 });
    await until('the pause is over', async () => !(await api.get('/v1/groups/deploy')).body.paused);
    const deleted = await cli.run('delete', 'deploy', '--out', folder, '--reason', 'gone', '--json');
    await server.kill('SIGTERM');
    const rest = join(folder, 'rest.ndjson');
    expect(await cli.run('export', rest, '--store', store)).toMatchObject({ code: 0 });
    const [header, ...lines] = readFileSync(rest, 'utf8').trimEnd().split('\n');
    const { file, upTo } = JSON.parse(deleted.stdout) as { file: string; upTo: number };
    const gone = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1, -1);
    const isLeft = (line: string) => {
      const { stream, version } = JSON.parse(line) as { stream: string; version: number };
      return stream !== 'group-deploy' || version > upTo; // truncation may be under way yet
    };
    const positionOf = (line: string) => Number((JSON.parse(line) as { position: string }).position);
    const events = [...gone, ...lines.slice(0, -1).filter(isLeft)].sort(
      (one, other) => positionOf(one) - positionOf(other),
    );
    const seal = new Seal();
    for (const line of [header!, ...events]) seal.add(line);
    const footer = { events: events.length, footer: true, sha256: seal.sha256 };
    const whole = join(folder, 'whole.ndjson');
    writeFileSync(whole, `${[header, ...events, JSON.stringify(footer)].join('\n')}\n`);
    const { status, stdout } = python('test/independent/verify.py', whole);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('nothing is wrong') });
    expect(events.at(-1)).toContain('"type":"GroupDeleted"');
  });
});
