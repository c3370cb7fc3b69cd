// npm run chaos -- [--minutes N | --seconds N] [--seed N] [--slack-ms N] [--cluster | --restore]: three
// servers on one EventStoreDB (the double of libs/testing, or ESDB_URL; with --cluster three nodes, of the
// double or at ESDB_CLUSTER_URL with ESDB_CLUSTER_HOOK), 30 runners in 10 groups, with --restore earlier
// copies of the double put back; random kill -9, SIGSTOP, partitions and store faults; then a checker that
// trusts nobody.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { disturb } from './faults.mjs';
import { operate } from './operator.mjs';
import { restoring } from './restoring.mjs';
import { watchStore } from './store-pulse.mjs';
import { above0, asked, flag, whole } from '../../scripts/asked.mjs';
import { seeded } from '../sim/seeded.mjs';
import { nowMs, runnerVictim, serverVictim, sleep, victimFiles } from './world.mjs';

const HELP = `usage: npm run chaos -- [options]
Real processes under kill -9, SIGSTOP, partitions and store faults, then a checker that trusts nobody. Exit code 1: a guarantee was broken.
  --seconds <n> or --minutes <n>  how long (one minute)
  --seed <n>       the same faults again
  --slack-ms <n>   how much later than G5 says a group may be led, on a noisy machine (2500)
  --cluster        three nodes: of the double, or at ESDB_CLUSTER_URL with ESDB_CLUSTER_HOOK
  --restore        earlier copies of the double's log are put back
ESDB_URL: on a real EventStoreDB.`;
const values = await asked('chaos', HELP, {
  minutes: above0(1),
  seconds: above0(),
  seed: whole(0, Math.floor(Math.random() * 1e9)),
  'slack-ms': whole(0, 2_500),
  cluster: flag,
  restore: flag,
});
// what an old Node cannot even load
const { isCaughtUp, isEvent } = await import('../../dist/libs/event-store/src/index.js');
const { EsdbEventStore } = await import('../../dist/libs/event-store-esdb/src/index.js');
const { Proxy } = await import('../../dist/libs/processes/src/proxy.js');
const { startEsdbDouble, startEsdbDoubleCluster } =
  await import('../../dist/libs/testing/src/esdb-double/index.js');
const { freePorts } = await import('../../dist/libs/processes/src/free-ports.js');
const { credentialsOf } = await import('../../dist/libs/testing/src/stores/servers-under-test.js');
const { outgrow } = await import('../../dist/libs/testing/src/stores/outgrow.js');
const { realCluster, wholeCluster } =
  await import('../../dist/libs/testing/src/stores/cluster-under-test.js');
const checker = await import('./checker.mjs');
const { beliefs, ledTwice, lost, overlaps, reasons, shownWrongly, termFaults } = checker;
const { unelected, unverified, vacancies } = checker;

const runMs = values.seconds ? values.seconds * 1_000 : values.minutes * 60_000;
const { seed } = values;
const LEASE_MS = 1_000;
const QUIET_MS = 12_000;
// G5, and what a noisy machine with 14 processes on 2 cores takes
const LIMIT_MS = LEASE_MS * 1.01 + 1_000 + values['slack-ms'];
const GROUPS = Array.from({ length: 10 }, (_, n) => `g${n}`);
const FENCED = new Set(['g8', 'g9']);
const RUNNERS = ['r0', 'r1', 'r2'];

const directory = mkdtempSync(join(tmpdir(), 'conclave-chaos-'));
const random = seeded(seed);
const { ESDB_URL, ESDB_CLUSTER_URL, ESDB_CLUSTER_HOOK } = process.env;
const isReal = Boolean(values.cluster ? ESDB_CLUSTER_URL : ESDB_URL);
if (values.cluster && isReal && !ESDB_CLUSTER_HOOK) {
  console.error(
    'chaos: --cluster on ESDB_CLUSTER_URL needs ESDB_CLUSTER_HOOK, a program that kills, cuts and starts its nodes',
  );
  process.exit(2);
}
if (values.restore && (values.cluster || isReal)) {
  console.error(
    'chaos: --restore puts back copies of the double: it goes with neither --cluster nor ESDB_URL',
  );
  process.exit(2);
}
const cluster = values.cluster
  ? isReal
    ? realCluster(ESDB_CLUSTER_URL, ESDB_CLUSTER_HOOK)
    : await startEsdbDoubleCluster()
  : null;
if (cluster) await wholeCluster(cluster);
const double = cluster || isReal ? null : await startEsdbDouble();
const store = cluster?.connectionString ?? double?.connectionString ?? ESDB_URL;
process.env.CHAOS_PREFIX = isReal ? `chaos${Date.now()}-` : 'conclave.';
const ports = await freePorts(3);
const urls = ports.map((port) => `http://127.0.0.1:${port}`);
const restores = values.restore ? restoring(double, urls) : null;
const startMs = nowMs();
const log = (text) => console.error(`${((nowMs() - startMs) / 1000).toFixed(1).padStart(7)} s  ${text}`);
const named = store.replace(/\/\/[^@/]*@/, '//'); // its password is nothing for a log
log(`seed ${seed}, ${runMs / 1000} s, store ${isReal ? named : cluster ? 'double, three nodes' : 'double'}`);

// each server has a network of its own to the store, so that one can be cut off while the others are not
const networks = [];
for (const _ of double ? ports : []) {
  const network = new Proxy();
  await network.listen();
  network.leadTo(double.port);
  networks.push(network);
}
const storeOf = (n) => (double ? `esdb://127.0.0.1:${networks[n].port}?tls=false` : store);
await outgrow(store);
const runners = [];
const servers = ports.map((port, n) => serverVictim(n + 1, port, storeOf(n), directory));
const everywhere = async (check) => {
  const patienceMs = nowMs() + 60_000;
  while (!(await Promise.all(urls.map(check)).catch(() => [false])).every(Boolean)) {
    if (nowMs() > patienceMs) {
      console.log('chaos: the servers did not come up or the groups were not led within 60 s');
      console.log((await reasons(urls)).join('\n'));
      await Promise.all([...runners, ...servers].map((victim) => victim.kill()));
      process.exit(1);
    }
    await sleep(50);
  }
};
await everywhere(async (url) => (await fetch(`${url}/readyz`)).ok);
for (const group of GROUPS) {
  await fetch(`${urls[0]}/v1/groups/${group}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      leaseMs: LEASE_MS,
      drainMs: 2_000,
      failover: FENCED.has(group) ? 'fenced' : 'lease',
    }),
  });
}
// three processes for each set of groups: killing one takes one runner of several groups
runners.push(
  ...Array.from({ length: 10 }, (_, n) =>
    runnerVictim(
      n,
      urls,
      RUNNERS.map((id, k) => ({ group: GROUPS[(n + k * 3) % 10], id })),
      directory,
    ),
  ),
);
const isLed = async (url) => {
  const { groups } = await (await fetch(`${url}/v1/groups`)).json();
  return groups.length === GROUPS.length && groups.every((g) => g.state === 'led');
};
await everywhere(isLed);
log('all groups are led; the faults begin');
restores?.begin();

const beginMs = nowMs();
const pulse = watchStore(store, `pulse-of-chaos-${Date.now()}`, credentialsOf(store));
let isOver = false;
const operating = operate({
  random: seeded(seed + 1),
  urls,
  groups: GROUPS,
  runnersOf: () => RUNNERS,
  isOver: () => isOver,
});
const storeFaults = double && {
  ...restores,
  crash: () => double.crash(),
  restart: () => double.restart(),
  isolate: (n) => networks[n].leadTo(null),
  freeze: (n) => networks[n].freeze(),
  join: (n) => {
    networks[n].thaw();
    networks[n].leadTo(double.port);
  },
};
const faults = await disturb({
  random,
  servers,
  runners,
  store: storeFaults,
  cluster,
  whole: () => wholeCluster(cluster),
  endMs: beginMs + runMs,
  leaseMs: LEASE_MS,
  log,
}).catch(async (error) => {
  // or they go on beating at nothing
  await Promise.all([...runners, ...servers].map((victim) => victim.kill().catch(() => undefined)));
  throw error;
});
isOver = true;
const acknowledged = await operating;
log(`${faults.length} faults, ${acknowledged.length} events acknowledged to operators; quiet now`);
await sleep(QUIET_MS);
const endMs = nowMs();
const slow = await pulse.stop();
const slowMs = slow.reduce((ms, { fromMs, toMs }) => ms + toMs - fromMs, 0);
const problems = [];
if (!(await isLed(urls[0]).catch(() => false)))
  problems.push('G5: not every group is led after the faults stopped', ...(await reasons(urls)));
const said = urls.map((url) =>
  shownWrongly(url).catch((error) => [`verify: ${url} did not say: ${error.message}`]),
);
problems.push(...(await Promise.all(said)).flat());
await Promise.all([...runners, ...servers].map((victim) => victim.kill()));

const reader = await EsdbEventStore.open({ connectionString: store, prefix: process.env.CHAOS_PREFIX });
const events = [];
for await (const item of reader.subscribe('0', new AbortController().signal)) {
  if (isCaughtUp(item)) break;
  if (isEvent(item)) events.push(item);
}
await reader.close();
for (const network of networks) await network.close();
await double?.stop();
await cluster?.close();
const byGroup = beliefs(victimFiles);
const gone = restores?.lost ?? []; // with a part of the log; the rest is not
problems.push(
  ...overlaps(
    byGroup,
    GROUPS.filter((g) => !FENCED.has(g)),
  ),
  ...termFaults(events),
  ...ledTwice(byGroup),
  ...unelected(byGroup, [...gone, ...events]),
  ...lost(
    acknowledged.filter(({ id }) => !gone.some((event) => event.id === id)),
    events,
  ),
  ...(await unverified(events)),
  ...vacancies(byGroup, GROUPS, [...faults, ...slow], beginMs, endMs - 500, LIMIT_MS),
);
const terms = events.filter((e) => e.type === 'LeaderElected').length;
const beats = events.filter((e) => e.stream === 'presence').length;
log(
  `${events.length} events: ${terms} terms, ${beats} records of presence, ${[...byGroup.values()].flat().length} reigns`,
);
log(
  `the store let an append wait for more than half a second ${slow.length} times, ${(slowMs / 1_000).toFixed(1)} s of ${((endMs - beginMs) / 1_000).toFixed(0)}; G5 does not speak of those`,
);
for (const problem of problems.slice(0, 20)) console.error(`VIOLATION ${problem}`);
console.log(
  problems.length === 0
    ? `chaos: no violation (seed ${seed})`
    : `chaos: ${problems.length} violations (seed ${seed})`,
);
if (problems.length === 0) rmSync(directory, { recursive: true });
else {
  writeFileSync(join(directory, 'log.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  console.error(`the log and the runners' own logs are in ${directory}`);
}
process.exit(problems.length === 0 ? 0 : 1);
