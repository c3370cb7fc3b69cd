// Several servers on one log: what a beat costs each of them when the others hear as many.
import { pause } from './crowd.mjs';
import { benchStore } from './esdb-store.mjs';
import { enrol } from './heartbeats.mjs';
import { Connection, median, quantile } from './http-load.mjs';
import { Server } from './world.mjs';

const RUNNERS_A_SERVER = 1_000;
/** So slow that three servers, the store and the load fit on two cores: CPU is compared, not the rate. */
const BEATS_A_SERVER_PER_SECOND = 750;
const CONNECTIONS = 10;
const WARM_MS = 3_000;
const WINDOW_MS = 8_000;

/** One beat a request, at a fixed rate, until `ms` have passed. */
async function paced(server, beats, ms) {
  const everyMs = (CONNECTIONS * 1_000) / BEATS_A_SERVER_PER_SECOND;
  const startMs = performance.now();
  const latencies = [];
  let failed = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, c) => {
      const connection = new Connection(server.port);
      for (let n = 0; ; n++) {
        const dueMs = startMs + (n + c / CONNECTIONS) * everyMs;
        if (dueMs > startMs + ms) break;
        await pause(Math.max(0, dueMs - performance.now()));
        const beat = beats[(n * CONNECTIONS + c) % beats.length];
        beat.sequence++;
        const { group, runner, ...body } = beat;
        const sentMs = performance.now();
        const { status } = await connection.send(
          'POST',
          `/v1/groups/${group}/runners/${runner}/heartbeat`,
          body,
        );
        latencies.push(performance.now() - sentMs);
        if (status === 0 || status >= 400) failed++;
      }
      connection.close();
    }),
  );
  return { latencies, failed };
}

/** CPU that each of so many servers needs for as many beats a second each: µs a beat, and how they were answered. */
async function together(count, store) {
  const environment = { CONCLAVE_STORE: store.url, CONCLAVE_STREAM_PREFIX: `servers${Date.now()}-` };
  const servers = await Promise.all(Array.from({ length: count }, () => Server.start(environment)));
  const beats = await Promise.all(servers.map((server, n) => enrol(server, RUNNERS_A_SERVER, `s${n}-`)));
  await Promise.all(servers.map((server, n) => paced(server, beats[n], WARM_MS)));
  const before = servers.map((server) => server.cpuSeconds());
  const answered = await Promise.all(servers.map((server, n) => paced(server, beats[n], WINDOW_MS)));
  const costs = servers.map(
    (server, n) => ((server.cpuSeconds() - before[n]) / answered[n].latencies.length) * 1e6,
  );
  await Promise.all(servers.map((server) => server.stop()));
  const latencies = answered.flatMap((one) => one.latencies);
  const failed = answered.reduce((sum, one) => sum + one.failed, 0);
  return { microseconds: Math.max(...costs), p99: quantile(latencies, 0.99), failed };
}

export async function servers(report) {
  const store = await benchStore();
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const [one, three] = [await together(1, store), await together(3, store)];
    rounds.push({ one, three, gain: (3 * one.microseconds) / three.microseconds });
  }
  const of = (pick) => median(rounds.map(pick));
  const gain = of((round) => round.gain);
  report(
    `${store.name}: beats/s of three servers against one, by the CPU of the busiest of them`,
    `${gain.toFixed(2)} ×`,
    `${BEATS_A_SERVER_PER_SECOND} beats/s a server, one a request: ${of(({ one }) => one.microseconds).toFixed(0)} µs of CPU a beat alone, ` +
      `${of(({ three }) => three.microseconds).toFixed(0)} µs beside two others; p99 ${of(({ one }) => one.p99).toFixed(1)}, ${of(({ three }) => three.p99).toFixed(1)} ms; ` +
      `${rounds.reduce((sum, { one, three }) => sum + one.failed + three.failed, 0)} failed`,
    { goal: '≥ 2.5 ×', isMet: gain >= 2.5 },
  );
  store.close();
}
