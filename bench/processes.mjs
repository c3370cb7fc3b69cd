import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ours } from '../scripts/ours.mjs';
import { pause } from './crowd.mjs';
import { cpuSecondsOf, Server } from './world.mjs';

const GROUPS = Number(process.env.BENCH_GROUPS ?? 500);
const WARM_MS = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);

class Crowd {
  constructor(url, id) {
    this.child = ours(fork('bench/process-crowd.mjs', [url, id, GROUPS], { execArgv: [] }));
  }
  /** How many of its runners lead, and how many leases they have lost. */
  async ask() {
    this.child.send('ask');
    const [said] = await once(this.child, 'message');
    return said;
  }
}

/** Two processes, each with a runner in every group: one leads them all, the other one stands by. */
export async function processes(report) {
  const server = await Server.start();
  for (let n = 0; n < GROUPS; n++)
    await server.call('PUT', `/v1/groups/g${n}`, { leaseMs: 3_000, heartbeatMs: 500 });
  const leading = new Crowd(server.url, 'leads');
  while ((await leading.ask()).leads < GROUPS) await pause(100);
  const standing = new Crowd(server.url, 'stands-by');
  await pause(WARM_MS);
  const counted = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const sum = (name) =>
      [...text.matchAll(new RegExp(`^${name}{[^}]*} (\\d+)`, 'gm'))].reduce((n, [, is]) => n + Number(is), 0);
    return { beats: sum('conclave_beats_total'), requests: sum('conclave_http_requests_total') };
  };
  const cpus = () => [server, leading, standing].map(({ child }) => cpuSecondsOf(child));
  const [before, cpu] = [await counted(), cpus()];
  await pause(SECONDS * 1_000);
  const [after, now] = [await counted(), cpus()];
  const cores = now.map((seconds, n) => ((seconds - cpu[n]) / SECONDS).toFixed(2));
  const beats = (after.beats - before.beats) / SECONDS;
  const requests = (after.requests - before.requests) / SECONDS;
  report(
    `two processes with ${GROUPS} runners each, a beat every 500 ms: CPU of the server a beat`,
    `${(((now[0] - cpu[0]) / (after.beats - before.beats)) * 1e6).toFixed(0)} µs`,
    `${beats.toFixed(0)} beats in ${requests.toFixed(0)} requests a second, server ${cores[0]} cores, who leads ${cores[1]}, who stands by ${cores[2]}, ${(await leading.ask()).lost} leases lost`,
  );
  await server.stop();
}
