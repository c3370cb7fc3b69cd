import { load, median, quantile } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

export async function commands(report) {
  const server = await Server.start();
  let n = 0;
  const register = await load(server.port, 32, 4_000, () => [
    'PUT',
    `/v1/groups/c${n % 200}/runners/r${Math.floor(n / 200)}`,
    { incarnation: uuid(n++) },
  ]);
  report(
    'register commands/s (200 groups)',
    Math.round(register.perSecond),
    `p99 ${quantile(register.latencies, 0.99).toFixed(1)} ms, ${register.failed} failed`,
  );
  let t = 0;
  const taint = await load(server.port, 32, 4_000, () => [
    'PUT',
    `/v1/groups/c${t % 200}/runners/r0/taints/k${Math.floor(t++ / 200) % 10}`,
    { reason: `n${t}` },
  ]);
  report(
    'taint commands/s (200 groups)',
    Math.round(taint.perSecond),
    `p99 ${quantile(taint.latencies, 0.99).toFixed(1)} ms, ${taint.failed} failed`,
  );
  await watcher(server, report);
  await server.stop();
}

/** From sending a command to the watcher having its news. */
async function watcher(server, report) {
  const response = await fetch(`${server.url}/v1/groups/c0/watch?events=true`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  const times = [];
  let seen = '';
  for (let i = 0; i < 200; i++) {
    const reason = `watch-${i}-`;
    const startMs = performance.now();
    const done = server.call('PUT', '/v1/groups/c0/runners/r1/taints/w', { reason });
    while (!seen.includes(reason)) seen += (await reader.read()).value;
    times.push(performance.now() - startMs);
    seen = '';
    await done;
  }
  await reader.cancel();
  report(
    'command sent to watcher told',
    `${median(times).toFixed(1)} ms`,
    `p50 of 200; p99 ${quantile(times, 0.99).toFixed(1)} ms`,
  );
}
