// npm run flood [-- --seconds n --connections n --only text]: what strangers ask must not cost a leader its lease. Floods a real
// server in one way after the other beside 100 live leaders, and fails if a beat of theirs waits longer than 250 ms (p99),
// a term ends, or the heap of the server, which is given 512 MB, does not do.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Server, uuid } from '../../bench/world.mjs';
import { ours } from '../../scripts/ours.mjs';
import { above0, asked, whole, within } from '../../scripts/asked.mjs';
import { KINDS } from './kinds.mjs';

const HELP = `npm run flood -- [options]: floods a server beside live leaders, none of whom may lose a lease by it

  --seconds N       of each flood (8)
  --connections N   at once (1000)
  --only text       floods with this in their names
  --leaders N       who beat meanwhile (100)`;
const values = await asked('flood', HELP, {
  seconds: above0(8),
  connections: whole(1, 1_000),
  only: within(Object.keys(KINDS)),
  leaders: whole(1, 100),
});
const P99_MOST_MS = 250;
const HEAP_MB = 512;
const HEARTBEAT_MS = 500;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const directory = mkdtempSync(join(tmpdir(), 'conclave-flood-'));
process.env.BENCH_GROUPS ??= '20'; // few and long ones: what audits of them cost is what this is about
const { generatedHistory, writeLog } = await import('../../bench/replay.mjs');
console.error('writing a log of 100,000 events …');
writeLog(generatedHistory(100_000), join(directory, 'c.db'));
const server = await Server.start(
  { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB} ${process.env.FLOOD_NODE_OPTIONS ?? ''}` },
  directory,
);
const here = (name) => new URL(name, import.meta.url);
const leaders = ours(fork(here('leaders.mjs'), [server.port, values.leaders, HEARTBEAT_MS]));
await once(leaders, 'message');
await pause(20_000); // the leaders of that history are given up meanwhile
const figures = async () => {
  leaders.send('figures');
  return (await once(leaders, 'message'))[0];
};
/** Of the whole server, MiB, at its highest since the last look. */
const memory = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1_024;

/** Others change the group that 5,000 watch. */
async function keepBusy(isOver) {
  await server.call('PUT', '/v1/groups/busy/runners/a', { incarnation: uuid(1), ready: true });
  for (let n = 0; !isOver(); n++) {
    await server.call('PUT', `/v1/groups/busy/runners/a/taints/k${n % 2}`, {
      effect: 'PreferNoLead',
      reason: `${n}`,
    });
    await pause(100);
  }
}

/** Of the server, used, MiB, when it is left alone. */
async function heap() {
  const text = await (await fetch(`${server.url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  return Number(/^nodejs_heap_size_used_bytes\S* (\S+)$/m.exec(text)[1]) / 2 ** 20;
}

async function flood(kind) {
  await figures();
  const strangers = ours(fork(here('strangers.mjs'), [server.port, kind, values.connections]));
  execFileSync('renice', ['-n', '10', '-p', String(strangers.pid)], { stdio: 'ignore' }); // they come from elsewhere
  let isOver = false;
  const busy = KINDS[kind].isBusy ? keepBusy(() => isOver) : null;
  let highest = 0;
  for (let n = 0; n < values.seconds * 4; n++) {
    await pause(250);
    highest = Math.max(highest, memory());
  }
  const during = await figures();
  isOver = true;
  await busy;
  let told = null;
  strangers.on('message', (message) => (told = message.statuses ? message : told));
  strangers.send('stop');
  await once(strangers, 'exit');
  await pause(1_500); // what is still answered is no part of the next one
  return { kind, ...during, highest, told, heap: await heap().catch(() => NaN) };
}

const results = [];
const quiet = await (async () => {
  await figures();
  await pause(values.seconds * 1_000);
  return { kind: 'nobody (for comparison)', ...(await figures()), highest: memory(), told: null };
})();
results.push(quiet);
for (const kind of values.only) {
  const result = await flood(kind);
  results.push(result);
  console.error(
    `${kind}: p99 ${result.p99.toFixed(0)} ms, max ${result.max.toFixed(0)} ms, ${result.lost.length} lost, ${result.highest.toFixed(0)} MB, then heap ${result.heap.toFixed(0)} MB, ${JSON.stringify(result.told?.statuses ?? {})}`,
  );
  if (server.child.exitCode !== null || server.child.signalCode !== null) break;
}
const table = new Table({
  head: ['flood', 'beats', 'p50 ms', 'p99 ms', 'max ms', 'lost', 'server MB', 'answers'],
  style: { head: [], border: [] },
});
for (const { kind, beats, p50, p99, max, lost, highest, told } of results)
  table.push([
    kind,
    beats,
    p50.toFixed(1),
    p99.toFixed(0),
    max.toFixed(0),
    lost.length,
    highest.toFixed(0),
    JSON.stringify(told?.statuses ?? {}),
  ]);
console.log(table.toString());
const isDead = server.child.exitCode !== null || server.child.signalCode !== null;
// where nobody beat nothing was held
const bad = results.filter(({ beats, p99, lost }) => beats === 0 || p99 > P99_MOST_MS || lost.length > 0);
for (const { kind, beats, p99, lost } of bad)
  console.error(
    `NOT HELD: ${kind}: ${beats} beats, p99 ${p99.toFixed(0)} ms, lost ${JSON.stringify(lost.slice(0, 3))}`,
  );
if (isDead) console.error('NOT HELD: the server has ended');
leaders.send('stop');
leaders.disconnect();
server.child.kill();
rmSync(directory, { recursive: true, force: true });
process.exit(bad.length > 0 || isDead ? 1 : 0);
