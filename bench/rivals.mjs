import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours } from '../scripts/ours.mjs';
import { handovers, kills, timesInWords } from './failover.mjs';
import { median } from './http-load.mjs';
import { freePorts } from '../dist/libs/processes/src/free-ports.js';

/** The same two questions asked of etcd, if its server is installed (Debian: apt-get install etcd-server). */
export async function rivals(report) {
  const { stdout, error } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  if (error) return report('etcd', 'not measured', 'not installed: apt-get install etcd-server');
  const name = `etcd ${/etcd Version: (\S+)/.exec(stdout)?.[1] ?? ''}`;
  const [client, peer] = await freePorts(2);
  const directory = mkdtempSync(join(tmpdir(), 'conclave-etcd-'));
  const [url, peerUrl] = [client, peer].map((port) => `http://127.0.0.1:${port}`);
  const args = [
    ...['--data-dir', directory, '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`, '--logger', 'zap', '--log-level', 'error'],
  ];
  const etcd = ours(spawn('etcd', args, { stdio: 'ignore' }));
  while (!(await fetch(`${url}/health`).catch(() => null))?.ok) await new Promise((r) => setTimeout(r, 50));
  const program = 'bench/etcd-runner.mjs';
  const show = (what, times) =>
    report(`${name}, ${what}`, `${median(times).toFixed(0)} ms`, timesInWords(times));
  show('SIGTERM of the leader process → next leader works', await handovers({ url }, 15, program));
  show('kill -9 → next leader works, TTL 2 s', await kills({ url }, 'bench', 8, program));
  etcd.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
  return undefined;
}
