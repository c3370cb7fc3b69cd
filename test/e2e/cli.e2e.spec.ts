import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, inc, ServerProcess, until } from '@conclave/testing';

let server: ServerProcess;
let api: Api;
const directory = mkdtempSync(join(tmpdir(), 'conclave-cli-'));
beforeAll(async () => {
  server = await ServerProcess.start();
  api = new Api(server.url);
  for (const id of ['a', 'b']) await api.put(`/v1/groups/deploy/runners/${id}`, { incarnation: inc(id), ready: true });
});
afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true });
});

const started = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, CONCLAVE_URL: server.url, CONCLAVE_ACTOR: 'ana' } });
async function conclave(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = started(...args);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]!.on('data', (chunk: Buffer) => { out[name] += chunk.toString(); });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...out };
}
const says = (stdout: RegExp) => ({ code: 0, stderr: '', stdout: expect.stringMatching(stdout) });

describe('conclave, the command line', () => {
  it('looks: groups, group, leader, history', async () => {
    expect(await conclave('groups')).toEqual(says(/deploy\s*│ led\s*│ a\s*│ 1/));
    expect(await conclave('group', 'deploy')).toEqual(says(/a\s*│ active\s*│ leader[\s\S]*b\s*│ active\s*│ standby[\s\S]*seniority/));
    expect(JSON.parse((await conclave('leader', 'deploy', '--json')).stdout)).toMatchObject({ state: 'led', leader: { runner: 'a' } });
    expect(await conclave('history', 'deploy', '--type', 'LeaderElected')).toEqual(says(/LeaderElected\s*│ a term 1 runner-activated/));
  });

  it('operates: taint, untaint, pin, unpin, pause, resume, set, deregister; dry runs change nothing', async () => {
    expect(await conclave('taint', 'deploy', 'b', 'disk', '--for', '2h', '--reason', 'swap', '--dry-run')).toEqual(says(/^would record RunnerTainted b disk \(NoLead until .*\)\nthen: led, "a" in term 1\n$/));
    expect(await conclave('untaint', 'deploy', 'b', 'disk')).toEqual(says(/^nothing to change/));
    expect(await conclave('taint', 'deploy', 'b', 'disk', '--for', '2h', '--reason', 'swap')).toEqual(says(/^recorded RunnerTainted/));
    expect(await conclave('group', 'deploy')).toEqual(says(/disk \(NoLead by operator:ana: swap, until/));
    expect(await conclave('untaint', 'deploy', 'b', 'disk')).toEqual(says(/^recorded RunnerUntainted b disk request/));
    expect(await conclave('pin', 'deploy', 'a', '--for', '1h')).toEqual(says(/^recorded LeaderPinned a strict until/));
    expect(await conclave('unpin', 'deploy')).toEqual(says(/^recorded LeaderUnpinned/));
    expect(await conclave('pause', 'deploy', '--for', '5m')).toEqual(says(/^recorded ElectionsPaused/));
    expect(await conclave('resume', 'deploy')).toEqual(says(/^recorded ElectionsResumed/));
    expect(await conclave('set', 'deploy', 'failback=always', 'leaseMs=30000')).toEqual(says(/^recorded GroupConfigured/));
    await api.put('/v1/groups/deploy/runners/c', { incarnation: inc('c') });
    expect(await conclave('deregister', 'deploy', 'c', '--reason', 'sold')).toEqual(says(/^recorded RunnerDeregistered c/));
    expect((await api.get('/v1/groups/deploy/history?type=RunnerDeregistered')).body.events[0].meta).toMatchObject({ actor: 'operator:ana', reason: 'sold' });
  });

  it('exit codes: 2 usage, 3 refused with what is true now, 4 not reachable', async () => {
    expect(await conclave('taint', 'deploy')).toMatchObject({ code: 2, stderr: expect.stringContaining("missing required argument 'runner'") });
    expect(await conclave('taint', 'deploy', 'a', 'k', '--for', 'soon')).toMatchObject({ code: 2, stderr: expect.stringContaining('like 15m') });
    expect(await conclave('nonsense')).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'nonsense'") });
    expect(await conclave('pin', 'deploy', 'nobody')).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(/^conclave: runner-unknown: .*"nobody"/) });
    expect(await conclave('taint', 'deploy', 'a', 'k', '--if-term', '9')).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(/term-stale: .* Now: "a" leads, term 1\.\n$/) });
    expect(await conclave('groups', '--url', 'http://127.0.0.1:1')).toEqual({ code: 4, stdout: '', stderr: expect.stringMatching(/does not answer.*CONCLAVE_URL/) });
    expect(await conclave('--help')).toEqual(says(/Exit codes: 0 ok, 2 usage, 3 refused, 4 not\s+reachable/));
    expect(await conclave('taint', '--help')).toEqual(says(/Example:\n {2}\$ conclave taint deploy/));
  });

  it('watch tells every change', async () => {
    const child = started('watch', 'deploy');
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => { seen += chunk.toString(); });
    await until('the snapshot', () => seen.includes('deploy  led  a  1'));
    await api.post('/v1/groups/deploy/runners/a/resign', { incarnation: inc('a'), term: 1, cooldownMs: 600_000 });
    await until('the change', () => seen.includes('deploy  led  b  2'));
    child.kill('SIGKILL');
  });

  it('run: a command runs only while its runner leads, knows its term, and is stopped before the next one starts', async () => {
    const file = join(directory, 'log');
    const script = `trap 'echo stop $CONCLAVE_TERM >> ${file}; exit 0' TERM; echo start $CONCLAVE_TERM >> ${file}; while :; do sleep 0.05; done`;
    await api.put('/v1/groups/run', { leaseMs: 1500 });
    const one = started('run', '--group', 'run', '--id', 'one', '--', 'bash', '-c', script);
    const log = () => { try { return readFileSync(file, 'utf8').trim().split('\n'); } catch { return []; } };
    await until('started', () => log().length === 1);
    const two = started('run', '--group', 'run', '--id', 'two', '--', 'bash', '-c', script);
    await until('two stands by', async () => (await api.get('/v1/groups/run')).body.runners.active === 2);
    await api.put('/v1/groups/run/runners/one/taints/k', {});
    await until('handed over', () => log().length === 3);
    expect(log()).toEqual(['start 1', 'stop 1', 'start 2']);
    const gone = once(two, 'exit');
    two.kill('SIGTERM');
    await gone;
    expect(log()).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2']);
    expect((await api.get('/v1/groups/run/history?type=LeadershipEnded')).body.events.map((e: any) => e.data.cause)).toEqual(['released', 'resigned']);
    one.kill('SIGKILL');
  });

  it('dev: this machine leads while it exists, also before runners that come later; Ctrl-C gives the lead back', async () => {
    await api.put('/v1/groups/devel', { leaseMs: 1500 });
    await api.put('/v1/groups/devel/runners/cloud', { incarnation: inc('cl'), ready: true });
    const dev = started('dev', '--group', 'devel', '--id', 'laptop');
    await until('the cloud runner is revoked', async () => (await api.get('/v1/groups/devel/leader')).body.state === 'handover');
    await api.post('/v1/groups/devel/runners/cloud/release', { incarnation: inc('cl'), term: 1 });
    await until('the laptop leads', async () => (await api.get('/v1/groups/devel/leader')).body.leader?.runner === 'laptop');
    await api.put('/v1/groups/devel/runners/later', { incarnation: inc('la'), ready: true });
    const { verdicts, pin } = (await api.get('/v1/groups/devel')).body;
    expect(verdicts.find((v: any) => v.runner === 'later').why).toBe('pinned-out');
    expect(pin).toMatchObject({ runner: 'laptop', mode: 'strict', until: { runnerGone: 'laptop', silentMs: 600_000 }, actor: 'operator:ana' });
    await api.post('/v1/groups/devel/runners/cloud/heartbeat', { incarnation: inc('cl'), sequence: 1 });
    const gone = once(dev, 'exit');
    dev.kill('SIGINT');
    expect((await gone)[0]).toBe(0);
    const after = (await api.get('/v1/groups/devel')).body;
    expect(after).toMatchObject({ state: 'led', pin: null });
    expect((await api.get('/v1/groups/devel/history?type=LeaderUnpinned')).body.events[0].data.cause).toBe('runner-gone');
    expect(await conclave('dev', '--group', 'devel', '--url', 'http://127.0.0.1:1')).toMatchObject({ code: 4 });
  });
});
