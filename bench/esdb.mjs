import { startEsdbDouble } from '../dist/libs/testing/src/esdb-double/index.js';
import { EsdbEventStore } from '../dist/libs/event-store-esdb/src/index.js';
import { load, median, quantile } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const GROUPS = 1_000;
const RUNNERS = 10;
const WATCH_MS = 15_000;

/** The EventStoreDB adapter over the double in this process: what the adapter costs, not what a real server can do. */
export async function esdb(report) {
  const double = await startEsdbDouble();
  const store = await EsdbEventStore.open({ connectionString: double.connectionString });
  const times = [];
  for (let n = 0; n < 1_000; n++) {
    const startMs = performance.now();
    await store.append('s', n, [{ id: uuid(n), type: 'E', data: { n }, meta: { at: '2026-11-24T12:00:00.000Z' } }]);
    times.push(performance.now() - startMs);
  }
  await store.close();
  report('EventStoreDB (double): one append', `${median(times).toFixed(2)} ms`, `p99 ${quantile(times, 0.99).toFixed(1)} ms, 1,000 in a row`);

  const server = await Server.start({ CONCLAVE_STORE: double.connectionString });
  let t = 0;
  const register = await load(server.port, 32, 3_000, () => [
    'PUT',
    `/v1/groups/x${t % 100}/runners/r${Math.floor(t / 100)}`,
    { incarnation: uuid(t++) },
  ]);
  report(
    'EventStoreDB (double): register commands/s (100 groups)',
    Math.round(register.perSecond),
    `p99 ${quantile(register.latencies, 0.99).toFixed(1)} ms, ${register.failed} failed`,
  );
  await growth(server, double, report);
  await server.stop();
  await double.stop();
}

/** 10,000 runners in 1,000 groups beat every 5 s; how fast does the log grow? */
async function growth(server, double, report) {
  const beats = [];
  for (let g = 0; g < GROUPS; g++) {
    await Promise.all(
      Array.from({ length: RUNNERS }, (_, r) => {
        beats.push({ group: `g${g}`, runner: `r${r}`, incarnation: uuid(g * RUNNERS + r), sequence: 0, term: r === 0 ? 1 : undefined });
        return server.call('PUT', `/v1/groups/g${g}/runners/r${r}`, { incarnation: uuid(g * RUNNERS + r), ready: true });
      }),
    );
  }
  const beat = (b) => server.call('POST', '/v1/heartbeats', { beats: [{ ...b, sequence: ++b.sequence }] });
  const shuffled = beats
    .map((b) => [Math.random(), b])
    .sort(([a], [b]) => a - b)
    .map(([, b]) => b);
  await Promise.all(
    Array.from({ length: 10 }, (_, k) =>
      server.call('POST', '/v1/heartbeats', { beats: shuffled.slice(k * 1_000, (k + 1) * 1_000).map((b) => ({ ...b, sequence: ++b.sequence })) }),
    ),
  );
  const before = double.faults.calls.append;
  const startMs = performance.now();
  for (let n = 0; performance.now() - startMs < WATCH_MS;) {
    const due = ((performance.now() - startMs) / 5_000) * beats.length;
    for (; n < due; n++) void beat(shuffled[n % shuffled.length]).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const appends = (double.faults.calls.append - before) / ((performance.now() - startMs) / 1_000);
  report('appends/s at 10,000 runners, 1,000 groups, 5 s beats', appends.toFixed(0), "2,000 beats/s, 200 of them leaders'");
}
