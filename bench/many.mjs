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
const GROUPS = 10_000;
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

/** Everybody beats every 5 s, many of them in a request, as proxies and processes with many runners do. */
export async function many(report) {
  const directory = mkdtempSync(join(tmpdir(), 'conclave-many-'));
  writeLog(registrations(), join(directory, 'c.db'));
  const server = await Server.start({}, directory);
  const crowd = ours(fork('bench/many-crowd.mjs', [server.port, RUNNERS, GROUPS, SECONDS], { execArgv: [] }));
  await once(crowd, 'message');
  const cpu = server.cpuSeconds();
  const [{ p50, p99, beats, lost, refused }] = await once(crowd, 'message');
  const cores = (server.cpuSeconds() - cpu) / SECONDS;
  const rssMiB = server.rss();
  report(
    `${RUNNERS.toLocaleString('en')} runners, ${GROUPS.toLocaleString('en')} groups, a beat every 5 s: p99 of an answer`,
    `${p99.toFixed(0)} ms`,
    `p50 ${p50.toFixed(1)} ms, ${Math.round(beats / SECONDS)} beats/s, server ${cores.toFixed(2)} cores, ${Math.round(rssMiB)} MiB, ${lost} leases lost, ${refused} beats refused`,
    {
      goal: '1,000,000 runners: ≤ 50 ms, ≤ 2 cores, ≤ 4 GB, none lost',
      isMet: RUNNERS >= 1e6 && p99 <= 50 && cores <= 2 && rssMiB <= 4_096 && lost === 0,
    },
  );
  await server.exit('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
