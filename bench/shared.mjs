import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { benchStore } from './esdb-store.mjs';
import { median } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const TOTAL = Number(process.env.BENCH_FOREIGN ?? 1_000_000);
const IMPORTED = 300_000;
const BATCH = 500;
const WRITERS = 4;
const ROUNDS = 5;
const LEASE_MS = 3_000;
const BEAT_MS = 500;

/** A database that others use, too: what their events cost a group with a short lease, and a start. */
export async function shared(report) {
  const store = await benchStore();
  const client = EventStoreDBClient.connectionString(store.url);
  const environment = { CONCLAVE_STORE: store.url, CONCLAVE_STREAM_PREFIX: `shared${Date.now()}-` };
  const server = await Server.start(environment);
  const leader = await Leader.of(server);
  await foreign(client, IMPORTED);
  await leader.stop();
  report(
    `${store.name}: without a lease while others import ${IMPORTED.toLocaleString('en')} events`,
    `${Math.round(leader.withoutMs)} ms`,
    `lease ${LEASE_MS} ms, a beat every ${BEAT_MS} ms: answered p50 ${median(leader.times).toFixed(0)}, max ${Math.max(...leader.times).toFixed(0)} ms`,
  );
  await server.stop();
  await foreign(client, TOTAL - IMPORTED);
  const [firsts, seconds] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const own = { ...environment, CONCLAVE_STREAM_PREFIX: `late${Date.now()}-` };
    const first = await timedStart(own);
    await first.server.exit('SIGTERM');
    const second = await timedStart(own, first.server.directory);
    await second.server.stop();
    firsts.push(first.ms / 1_000);
    seconds.push(second.ms / 1_000);
  }
  const what = `${store.name}: start of a server in a database with ${TOTAL.toLocaleString('en')} events of others`;
  report(
    what,
    `${median(firsts).toFixed(1)} s`,
    `the next one, from where they had been looked through: ${median(seconds).toFixed(1)} s; ${ROUNDS} rounds`,
  );
  await client.dispose();
  store.close();
}

async function foreign(client, count) {
  const stream = () => `orders-${Math.random().toString(36).slice(2)}`;
  const batch = () =>
    Array.from({ length: BATCH }, (_, n) =>
      jsonEvent({ type: 'OrderPlaced', data: { n, customer: 'somebody', items: [1, 2, 3] } }),
    );
  const credentials = { username: 'x', password: 'x' };
  let left = count / BATCH;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (left-- > 0) await client.appendToStream(stream(), batch(), { credentials });
    }),
  );
}

async function timedStart(environment, directory) {
  const startMs = performance.now();
  const server = await Server.start(environment, directory);
  while ((await server.call('GET', '/readyz')).ready !== true)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return { server, ms: performance.now() - startMs };
}

/** Beats over HTTP and counts the time for which no grant was in hand. */
class Leader {
  times = [];
  withoutMs = 0;
  isOver = false;
  static async of(server) {
    const leader = new Leader();
    leader.server = server;
    await server.call('PUT', '/v1/groups/g', { leaseMs: LEASE_MS, heartbeatMs: BEAT_MS });
    await server.call('PUT', '/v1/groups/g/runners/r', { incarnation: uuid(1), ready: true });
    leader.done = leader.run();
    return leader;
  }
  async run() {
    let untilMs = null;
    for (let sequence = 1; !this.isOver; sequence++) {
      const sentMs = performance.now();
      const body = { incarnation: uuid(1), sequence, acked: sequence - 1, term: 1 };
      const { leaseMs = 0 } = await this.server
        .call('POST', '/v1/groups/g/runners/r/heartbeat', body)
        .catch(() => ({}));
      const nowMs = performance.now();
      this.times.push(nowMs - sentMs);
      if (leaseMs > 0) {
        if (untilMs !== null) this.withoutMs += Math.max(0, nowMs - untilMs);
        untilMs = sentMs + leaseMs;
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, BEAT_MS - (performance.now() - sentMs))),
      );
    }
  }
  async stop() {
    this.isOver = true;
    await this.done;
  }
}
