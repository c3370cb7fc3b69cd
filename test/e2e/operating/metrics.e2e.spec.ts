import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, inc, ServerProcess, until, dropFolder } from '@conclave/processes';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const [run, hint] = hasPromtool ? [it, ''] : [it.skip, ' (no promtool: apt-get install prometheus)'];
const withPromtool = (name: string, act: () => unknown): void => run(name + hint, act as () => Promise<void>);

describe('metrics', () => {
  let server: ServerProcess;
  let api: Api;
  const read = async (): Promise<string> => (await api.get('/metrics')).body;
  const value = (text: string, series: string): number | undefined => {
    const line = text.split('\n').find((one) =>
      one
        .replace(/instance="[^"]*",?/, '')
        .replace(',}', '}')
        .startsWith(`${series} `),
    );
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };

  beforeAll(async () => {
    server = await ServerProcess.start({ CONCLAVE_METRICS_GROUPS: '2' });
    api = new Api(server.url);
    for (const group of ['a', 'b', 'c']) {
      await api.put(`/v1/groups/${group}`, { leaseMs: 600_000 });
      for (const runner of ['x', 'y']) {
        const path = `/v1/groups/${group}/runners/${runner}`;
        await api.put(path, { incarnation: inc(runner) });
        await api.post(`${path}/heartbeat`, { incarnation: inc(runner), sequence: 1 });
      }
    }
    await api.put('/v1/groups/a/runners/x/taints/disk', {});
    await api.post('/v1/groups/a/runners/x/release', { incarnation: inc('x'), term: 1 });
    await api.get('/v1/groups/who-knows');
  });
  afterAll(async () => server.kill());

  it('count elections, ends and handovers by cause, beats by answer, requests by route', async () => {
    const text = await until('all of it is read back', async () => {
      const now = await read();
      return value(now, 'conclave_elections_total{cause="released"}') === 1 && now;
    });
    expect(value(text, 'conclave_elections_total{cause="runner-activated"}')).toBe(3);
    expect(value(text, 'conclave_terms_ended_total{cause="released"}')).toBe(1);
    expect(value(text, 'conclave_handover_seconds_count{}')).toBe(1);
    expect(value(text, 'conclave_beats_total{answer="standby"}')).toBe(3);
    const route = 'conclave_http_requests_total{method="GET",route="/v1/groups/:g",status="404"}';
    expect(value(text, route)).toBe(1);
    expect(value(text, 'conclave_append_seconds_count{of="group"}')).toBeGreaterThan(5);
    expect(value(text, 'conclave_build_info')).toBeUndefined();
    expect(text).toMatch(/^conclave_build_info\{version="[^"]+",node="v\d+[^"]*",store="sqlite",/m);
  });

  it('single groups have series of their own up to a number, the rest is in the sums', async () => {
    const text = await read();
    const present = (group: string) => value(text, `conclave_leader_present{group="${group}"}`);
    expect([present('a'), present('b'), present('c')]).toEqual([1, 1, undefined]);
    expect(value(text, 'conclave_term{group="a"}')).toBe(2);
    expect(value(text, 'conclave_groups{state="led"}')).toBe(3);
  });

  it('a group that nobody ever led is new, not leaderless, as long as it is not: no alarm', async () => {
    const states = async () => {
      const text = await read();
      return ['new', 'leaderless'].map((state) => value(text, `conclave_groups{state="${state}"}`));
    };
    await api.put('/v1/groups/fresh', {});
    await until('it is counted', async () => String(await states()) === '1,0');
    await api.put('/v1/groups/fresh/runners/x', { incarnation: inc('x'), ready: true });
    await api.delete(`/v1/groups/fresh/runners/x?incarnation=${inc('x')}`);
    await until('it was led', async () => String(await states()) === '0,1');
    await api.delete('/v1/groups/fresh');
  });

  it('a group that nobody led before the server started is an alarm still', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-metrics-'));
    const environment = { CONCLAVE_STORE: `sqlite:${join(folder, 'log.db')}` };
    const first = await ServerProcess.start(environment);
    await new Api(first.url).put('/v1/groups/lone/runners/x', { incarnation: inc('x'), ready: true });
    await new Api(first.url).delete(`/v1/groups/lone/runners/x?incarnation=${inc('x')}`);
    await first.kill();
    const second = await ServerProcess.start(environment);
    try {
      await until('it says for how long', async () => {
        const { body } = await new Api(second.url).get('/metrics');
        return value(body, 'conclave_leaderless_for_seconds{group="lone"}')! > 0;
      });
      await new Api(second.url).put('/v1/groups/lone/runners/y', { incarnation: inc('y'), ready: true });
      await until('it counts the whole vacancy when it is over', async () => {
        const { body } = await new Api(second.url).get('/metrics');
        return value(body, 'conclave_leaderless_seconds_total{}')! > 0;
      });
    } finally {
      await second.kill();
      dropFolder(folder);
    }
  });

  it('a request that is turned away is counted, too', async () => {
    const text = await read();
    expect(text).toMatch(/^conclave_admission_refused_total\{class="audit",.*\} 0$/m);
    expect(text).toMatch(/^conclave_connections_closed_total\{too_many_of="client",.*\} 0$/m);
  });

  it('connections beyond what one address may have are counted, and the log says which limit it is, and of whom', async () => {
    const small = await ServerProcess.start({ CONCLAVE_MAX_CONNECTIONS_PER_CLIENT: '2' });
    const sockets = [0, 1, 2].map(() =>
      connect(Number(small.port), '127.0.0.1').on('error', () => undefined),
    );
    try {
      await until('it is told', () => small.stderr.includes('CONCLAVE_MAX_CONNECTIONS_PER_CLIENT allows, 2'));
      expect(small.stderr).toContain(
        '127.0.0.1 (one client, whoever comes through it, if it is a proxy) has',
      );
    } finally {
      for (const socket of sockets) socket.destroy();
      await small.kill();
    }
  });

  it('a row a minute of the last hour; none at first', async () => {
    expect((await api.get('/v1/figures')).body).toEqual({ minutes: [] });
  });

  withPromtool('promtool finds nothing wrong with them', async () => {
    const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: await read() });
    expect({ status, said: `${String(stdout)}${String(stderr)}` }).toEqual({ status: 0, said: '' });
  });

  withPromtool('how to ask holds; alert rules do, and fire when they should', () => {
    for (const args of [
      ['check', 'config', 'deploy/prometheus/prometheus.yml'],
      ['check', 'rules', 'deploy/prometheus/conclave.rules.yml'],
      ['test', 'rules', 'deploy/prometheus/conclave.rules.test.yml'],
    ])
      expect(spawnSync('promtool', args)).toMatchObject({ status: 0 });
  });

  it('what alerts and the Grafana board ask for exists', async () => {
    const there = new Set((await read()).match(/^# TYPE \S+/gm)!.map((line) => line.slice(7)));
    const files = ['deploy/prometheus/conclave.rules.yml', 'deploy/grafana/conclave.json'];
    const asked = files.flatMap((file) =>
      readFileSync(file, 'utf8').match(/\b(conclave|nodejs|process)_[a-z0-9_]+/g)!,
    );
    const base = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');
    expect(new Set(asked).size).toBeGreaterThan(10);
    expect(asked.filter((name) => !there.has(name) && !there.has(base(name)))).toEqual([]);
  });

  it('nothing is counted over less than four times what Prometheus waits between two looks: a rate takes two', () => {
    const asks = readFileSync('deploy/prometheus/prometheus.yml', 'utf8');
    expect(asks).not.toContain('scrape_interval'); // so it is a minute
    const files = ['deploy/prometheus/conclave.rules.yml', 'deploy/grafana/conclave.json'];
    const windows = files.flatMap((file) => readFileSync(file, 'utf8').match(/\[\d+[smhd]\]/g)!);
    expect(windows.length).toBeGreaterThan(10);
    expect(windows.filter((window) => /s\]$|^\[[123]m\]$/.test(window))).toEqual([]);
  });
});
