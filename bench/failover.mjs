import { pause } from './crowd.mjs';
import { median, quantile } from './http-load.mjs';
import { machineMs } from '../dist/apps/cli/src/demo/machine-time.js';
import { RunnerProcess, Server, uuid } from './world.mjs';

/** The leading process ends, again and again: a new standby takes the place of each. */
async function successions(server, group, trials, program, { waitMs, end }) {
  let leader = new RunnerProcess(server.url, group, 'r0', program);
  let { term } = await leader.says('leading');
  const times = [];
  for (let n = 1; n <= trials; n++) {
    const standby = new RunnerProcess(server.url, group, `r${n}`, program);
    await standby.says('standby');
    await pause(waitMs());
    const startMs = machineMs();
    await end(leader);
    const news = await standby.says('leading', term);
    times.push(news.atMs - startMs);
    term = news.term;
    leader = standby;
  }
  await leader.kill();
  return times;
}

export const kills = (server, group, trials, program) =>
  successions(server, group, trials, program, {
    waitMs: () => 300 + Math.random() * 700, // anywhere in the heartbeat's cycle
    end: (leader) => leader.kill(),
  });

export const handovers = (server, trials, program) =>
  successions(server, 'sigterm', trials, program, {
    waitMs: () => 100,
    end: (leader) => leader.child.kill('SIGTERM'),
  });

/**
 * From the leader's release to the successor's stream saying `elected`; `rest` is what happens between two of
 * them.
 */
export async function graceful(server, trials, rest = () => pause(160)) {
  const ids = ['a', 'b'];
  const told = { a: [], b: [] };
  await server.call('PUT', '/v1/groups/graceful', {});
  for (const [n, id] of ids.entries()) {
    await server.call('PUT', `/v1/groups/graceful/runners/${id}`, { incarnation: uuid(n), ready: true });
    const response = await fetch(
      `${server.url}/v1/groups/graceful/runners/${id}/session?incarnation=${uuid(n)}`,
    );
    void (async () => {
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        if (text.includes('event: elected')) told[id].push(performance.now());
      }
    })().catch(() => undefined);
  }
  const times = [];
  let leader = 0;
  for (let term = 1; term <= trials; term++) {
    const other = ids[1 - leader];
    const before = told[other].length;
    const startMs = performance.now();
    await server.call('POST', `/v1/groups/graceful/runners/${ids[leader]}/resign`, {
      incarnation: uuid(leader),
      term,
      cooldownMs: 150,
    });
    while (told[other].length === before) await new Promise((resolve) => setImmediate(resolve));
    times.push(told[other].at(-1) - startMs);
    leader = 1 - leader;
    await rest();
  }
  return times;
}

export const timesInWords = (times) =>
  `p99 ${quantile(times, 0.99).toFixed(0)} ms, max ${Math.max(...times).toFixed(0)} ms, ${times.length} trials`;

export async function failover(report) {
  const server = await Server.start();
  const show = (what, times, goal) =>
    report(what, `${median(times).toFixed(0)} ms`, timesInWords(times), goal?.(times));
  const within = (p50, p99) => (times) => ({
    goal: `p50 ≤ ${p50}, p99 ≤ ${p99} ms`,
    isMet: median(times) <= p50 && quantile(times, 0.99) <= p99,
  });
  for (const leaseMs of [500, 2_000]) {
    const group = `lease${leaseMs}`;
    await server.call('PUT', `/v1/groups/${group}`, { leaseMs });
    const goal = (times) => ({ goal: 'p99 ≤ lease + 100 ms', isMet: quantile(times, 0.99) <= leaseMs + 100 });
    const what = `kill -9 → next leader works, lease group, leaseMs ${leaseMs}`;
    show(what, await kills(server, group, 12), goal);
  }
  await server.call('PUT', '/v1/groups/fenced', { failover: 'fenced', leaseMs: 2_000 });
  show('kill -9 → next leader works, fenced group', await kills(server, 'fenced', 20), within(40, 60));
  show('release → next leader told', await graceful(server, 40));
  show('SIGTERM of the leader process → next leader works (SDK)', await handovers(server, 40), within(8, 15));
  await server.stop();
}
