import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours } from '../scripts/ours.mjs';
import { advance, decide, newHead } from '../dist/libs/election/src/index.js';
import { envelop } from '../dist/libs/coordination/src/envelope.js';
import { writeLog } from './replay.mjs';
import { Server, uuid } from './world.mjs';

const RUNNERS = Number(process.env.BENCH_RUNNERS ?? 100_000);
const GROUPS = Number(process.env.BENCH_GROUPS ?? 10_000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);

/** All registered, the first of each group elected; as `decide` makes it. */
function registrations() {
  const all = [];
  const at = new Date().toISOString();
  for (let g = 0; g < GROUPS; g++) {
    let head = newHead(`g${g}`);
    for (let r = 0; r < RUNNERS / GROUPS; r++) {
      const command = {
        type: 'RegisterRunner',
        runner: `r${r}`,
        incarnation: uuid(g * 1_000 + r),
        ready: true,
        previousExited: null,
      };
      const occasion = { at, actor: `runner:r${r}`, reason: null, commandId: uuid(g * 1_000 + r) };
      const order = { ...occasion, correlationId: 'c', requestHash: '' };
      const { events } = decide(command, head.state, occasion);
      const recorded = envelop(events, head, { command, order, at, instance: uuid(0) });
      for (const event of recorded) head = advance(head, event);
      all.push(...recorded);
    }
  }
  return all;
}

const WHO = `${RUNNERS.toLocaleString('en')} runners, ${GROUPS.toLocaleString('en')} groups, a beat every 5 s`;

/** `awayMs`: from when to when nobody is heard; counted is what comes then. The server starts from its snapshot, as most do. */
async function begin(awayMs = []) {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-many-'));
  writeLog(registrations(), join(directory, 'c.db'));
  const first = await Server.start({}, directory);
  await first.exit('SIGTERM');
  const given = [RUNNERS, GROUPS, SECONDS, ...awayMs];
  const crowd = ours(fork('bench/many-crowd.mjs', given, { execArgv: [] }));
  await once(crowd, 'message'); // they are there already
  const server = await Server.start({}, directory);
  crowd.send(server.port);
  await once(crowd, 'message');
  return { server, crowd, directory };
}

/** Everybody beats every 5 s, many of them in a request, as proxies and processes with many runners do. */
export async function many(report) {
  const { server, crowd, directory } = await begin();
  const [cpu, main, sinceMs] = [server.cpuSeconds(), server.mainSeconds(), performance.now()];
  const [{ p50, p99, beats, lost, refused, allMs }] = await once(crowd, 'message');
  const seconds = (performance.now() - sinceMs) / 1_000;
  const cores = (server.cpuSeconds() - cpu) / seconds;
  const mainUs = ((server.mainSeconds() - main) / beats) * 1e6;
  const rssMiB = server.rss();
  report(
    `${WHO}: p99 of an answer`,
    `${p99.toFixed(0)} ms`,
    `p50 ${p50.toFixed(1)} ms, ${Math.round(beats / seconds)} beats/s, server ${cores.toFixed(2)} cores, its event loop ${mainUs.toFixed(2)} µs a beat, ${Math.round(rssMiB)} MiB, all heard once after ${((allMs ?? Infinity) / 1_000).toFixed(1)} s, ${lost} leases lost, ${refused} beats refused`,
    {
      goal: '1,000,000 runners: ≤ 50 ms, ≤ 2 cores, ≤ 4 GB, none lost',
      isMet: RUNNERS >= 1e6 && p99 <= 50 && cores <= 2 && rssMiB <= 4_096 && lost === 0,
    },
  );
  await server.exit('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

const MOST_SECONDS = 300;

/** The network of all runners is away for longer than their leases, and comes back. */
export async function outage(report) {
  const { server, crowd, directory } = await begin([20_000, 40_000]);
  const backMs = performance.now();
  const seconds = () => (performance.now() - backMs) / 1_000;
  for (let g = 0; g < GROUPS; g += Math.ceil(GROUPS / 50))
    while (!(await isWell(server, `g${g}`)) && seconds() < MOST_SECONDS)
      await new Promise((resolve) => setTimeout(resolve, 500));
  const took = seconds();
  crowd.send('stop');
  const [{ p50, p99, longest, beats, refused }] = await once(crowd, 'message');
  report(
    `${WHO}, nobody heard for 20 s: until all are active again`,
    took < MOST_SECONDS ? `${took.toFixed(0)} s` : `not within ${MOST_SECONDS} s`,
    `meanwhile p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, longest ${longest.toFixed(0)} ms, ${Math.round(beats / took)} beats/s, ${refused} refused`,
  );
  await server.exit('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

async function isWell(server, group) {
  const { leader, runners } = await server.call('GET', `/v1/groups/${group}`);
  return leader !== null && runners?.active === RUNNERS / GROUPS;
}
