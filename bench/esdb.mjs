import { load, median, quantile } from './http-load.mjs';
import { dyingLeaders } from './crowds.mjs';
import { benchStore, RawAppends } from './esdb-store.mjs';
import { graceful } from './failover.mjs';
import { Server, uuid } from './world.mjs';

const GROUPS = 1_000;
const RUNNERS = 10;
const WATCH_MS = 15_000;
const WRITERS = 64;
const ROUNDS = 4;
const ms = (value) => `${value.toFixed(2)} ms`;

/**
 * Commands beside raw appends of the same events, in turns, on one store: the double, or the server at
 * ESDB_URL. The command is a resignation in a group of one runner: it ends a term and begins the next, two
 * events, over HTTP.
 */
export async function esdb(report) {
  const store = await benchStore();
  const prefix = `bench${Date.now()}-`;
  const server = await Server.start({ CONCLAVE_STORE: store.url, CONCLAVE_STREAM_PREFIX: prefix });
  const resigner = new Resigner(server);
  await resigner.prepare();
  const raw = new RawAppends(store.url, await resigner.events());
  await alone(store, raw, resigner, report);
  await together(store, raw, resigner, report);
  if (store.appends) await growth(server, store, report);
  await server.stop();
  const own = { CONCLAVE_STORE: store.url, CONCLAVE_STREAM_PREFIX: `${prefix}crowd-` };
  await dyingLeaders(report, own, `${store.name}: `);
  store.close();
}

class Resigner {
  terms = Array.from({ length: WRITERS }, () => 1);
  keys = 0;
  constructor(server) {
    this.server = server;
  }
  async prepare() {
    for (let g = 0; g < WRITERS; g++) {
      // nobody beats here: no lease may end, or the terms are not those that are counted
      await this.server.call('PUT', `/v1/groups/c${g}`, { leaseMs: 600_000 });
      await this.server.call('PUT', `/v1/groups/c${g}/runners/r`, { incarnation: uuid(g), ready: true });
    }
  }
  /** What one command writes. */
  async events() {
    await this.server.call(...this.next(0));
    const { events } = await this.server.call('GET', '/v1/groups/c0/history?from=4&limit=2');
    return events;
  }
  next(group) {
    return [
      'POST',
      `/v1/groups/c${group}/runners/r/resign`,
      { incarnation: uuid(group), term: this.terms[group]++, cooldownMs: 0 },
    ];
  }
}

async function timed(times, work) {
  const startMs = performance.now();
  await work();
  times.push(performance.now() - startMs);
}

async function alone(store, raw, resigner, report) {
  const [appends, commands, keyed] = [[], [], []];
  const { server } = resigner;
  const headers = () => ({ 'content-type': 'application/json', 'idempotency-key': `k${++resigner.keys}` });
  for (let n = 0; n < 400; n++) {
    await timed(appends, () => raw.append(0));
    await timed(commands, () => server.call(...resigner.next(0)));
    const [method, path, body] = resigner.next(0);
    await timed(keyed, async () =>
      (await fetch(server.url + path, { method, headers: headers(), body: JSON.stringify(body) })).json(),
    );
  }
  const p50 = median(appends);
  const ratio = (times) =>
    `${(median(times) / p50).toFixed(2)} × raw; p99 ${quantile(times, 0.99).toFixed(1)} ms`;
  report(
    `${store.name}: raw append of 2 events, alone`,
    ms(p50),
    `p99 ${quantile(appends, 0.99).toFixed(1)} ms`,
  );
  report(`${store.name}: command that writes them, over HTTP, alone`, ms(median(commands)), ratio(commands));
  report(`${store.name}: the same with an Idempotency-Key`, ms(median(keyed)), ratio(keyed));
  // A process that rested is slower than one at full speed: raw appends rest here too.
  const rested = [];
  const pause = () => new Promise((resolve) => setTimeout(resolve, 80));
  const told = await graceful(server, 40, async () => {
    await pause();
    await timed(rested, () => raw.append(0));
    await pause();
  });
  report(
    `${store.name}: release → next leader told, after a pause`,
    ms(median(told)),
    `raw append after a pause (${ms(median(rested))}) + ${(median(told) - median(rested)).toFixed(2)} ms; p99 ${quantile(told, 0.99).toFixed(1)} ms`,
  );
}

async function together(store, raw, resigner, report) {
  const [appends, commands, latencies] = [[], [], []];
  let failed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    appends.push(await raw.perSecond(WRITERS, 2_000));
    const loaded = await load(resigner.server.port, WRITERS, 2_000, (connection) =>
      resigner.next(connection),
    );
    commands.push(loaded.perSecond);
    latencies.push(...loaded.latencies);
    failed += loaded.failed;
  }
  const [rawRate, rate] = [median(appends), median(commands)];
  report(
    `${store.name}: raw appends/s, ${WRITERS} writers`,
    Math.round(rawRate),
    `${ROUNDS} rounds in turns`,
  );
  report(
    `${store.name}: commands/s, ${WRITERS} in flight over ${WRITERS} groups`,
    Math.round(rate),
    `${(rate / rawRate).toFixed(2)} × raw; p99 ${quantile(latencies, 0.99).toFixed(1)} ms, ${failed} failed`,
  );
}
/** 10,000 runners in 1,000 groups beat every 5 s; how fast does the log grow? */
async function growth(server, store, report) {
  const beats = [];
  for (let g = 0; g < GROUPS; g++) {
    await Promise.all(
      Array.from({ length: RUNNERS }, (_, r) => {
        beats.push({
          group: `g${g}`,
          runner: `r${r}`,
          incarnation: uuid(g * RUNNERS + r),
          sequence: 0,
          term: r === 0 ? 1 : undefined,
        });
        return server.call('PUT', `/v1/groups/g${g}/runners/r${r}`, {
          incarnation: uuid(g * RUNNERS + r),
          ready: true,
        });
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
      server.call('POST', '/v1/heartbeats', {
        beats: shuffled.slice(k * 1_000, (k + 1) * 1_000).map((b) => ({ ...b, sequence: ++b.sequence })),
      }),
    ),
  );
  const before = await store.appends();
  const startMs = performance.now();
  for (let n = 0; performance.now() - startMs < WATCH_MS;) {
    const due = ((performance.now() - startMs) / 5_000) * beats.length;
    for (; n < due; n++) void beat(shuffled[n % shuffled.length]).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const appends = ((await store.appends()) - before) / ((performance.now() - startMs) / 1_000);
  report(
    'appends/s at 10,000 runners, 1,000 groups, 5 s beats',
    appends.toFixed(0),
    "2,000 beats/s, 200 of them leaders'",
  );
}
