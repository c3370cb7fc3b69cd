import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ours } from '../scripts/ours.mjs';
import { pause } from './crowd.mjs';
import { Server } from './world.mjs';

const GROUPS = 40;
const LEASE_MS = 5_000;
/** They share the work of so many. */
const PROCESSES = 5;
const EACH = Math.ceil(Number(process.env.BENCH_RUNNERS ?? 1_000) / PROCESSES);
const RUNNERS = EACH * PROCESSES;
/** The server may run for so much of each tenth of a second. */
const SHARE = Number(process.env.BENCH_SHARE ?? 15) / 100;
const PERIOD_MS = 100;
const MOST_SECONDS = 120;

/** As a limit of its processor does: it stands still for the rest of the time. */
async function limit(child, signal) {
  while (!signal.aborted) {
    child.kill('SIGCONT');
    await pause(PERIOD_MS * SHARE);
    if (SHARE < 1) child.kill('SIGSTOP');
    await pause(PERIOD_MS * (1 - SHARE));
  }
}

/** As many processes as runners start in one moment, on a server that has little of a processor. */
export async function starts(report) {
  const server = await Server.start();
  for (let n = 0; n < GROUPS; n++) await server.call('PUT', `/v1/groups/g${n}`, { leaseMs: LEASE_MS });
  const over = new AbortController();
  const limited = limit(server.child, over.signal);
  const [startedMs, cpu] = [performance.now(), server.cpuSeconds()];
  const crowds = Array.from({ length: PROCESSES }, (_, n) =>
    ours(fork('bench/start-crowd.mjs', [server.url, n * EACH, EACH, GROUPS], { execArgv: [] })),
  );
  const asked = async () =>
    Promise.all(
      crowds.map(async (child) => {
        child.send('ask');
        return (await once(child, 'message'))[0];
      }),
    );
  const sum = (all, what) => all.reduce((count, one) => count + one[what], 0);
  const seconds = () => (performance.now() - startedMs) / 1_000;
  let all = await asked();
  while (sum(all, 'active') < RUNNERS && seconds() < MOST_SECONDS) {
    await pause(500);
    all = await asked();
  }
  const isWhole = sum(all, 'active') === RUNNERS;
  report(
    `${RUNNERS} processes of a runner each start at once, their server has ${SHARE} of a core: all active after`,
    isWhole ? `${seconds().toFixed(0)} s` : `not in ${MOST_SECONDS} s (${sum(all, 'active')} were)`,
    `${sum(all, 'lost')} leases of ${LEASE_MS / 1_000} s lost, ${(server.cpuSeconds() - cpu).toFixed(1)} s of CPU`,
  );
  over.abort();
  await limited;
  for (const child of crowds) child.kill('SIGKILL');
  await server.stop();
}
