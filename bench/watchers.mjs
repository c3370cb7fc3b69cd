import { fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const WATCHERS = 10_000;
const CHANGES = 10;

/** Many watch one group: from the order that changes it until the last of them was told. */
export async function watchers(report) {
  const server = await Server.start({
    CONCLAVE_MAX_STREAMS_PER_CLIENT: '20000',
    CONCLAVE_MAX_CONNECTIONS_PER_CLIENT: '20000',
  });
  for (const [n, id] of ['a', 'b'].entries())
    await server.call('PUT', `/v1/groups/busy/runners/${id}`, { incarnation: uuid(n), ready: true });
  const crowd = fork('bench/watching-crowd.mjs', [server.port, WATCHERS], { execArgv: [] });
  crowd.once('exit', (code) => code && process.exit(code)); // nobody would ever be told
  await once(crowd, 'message');
  const times = [];
  for (let term = 2; term < 2 + CHANGES; term++) {
    const told = once(crowd, 'message');
    const body = { to: term % 2 === 0 ? 'b' : 'a', force: true };
    const startMs = performance.timeOrigin + performance.now();
    await server.call('POST', '/v1/groups/busy/transfer', body);
    const [{ lastMs }] = await told;
    times.push(lastMs - startMs);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const lastMs = median(times);
  report(
    `${WATCHERS.toLocaleString('en')} watchers of one group: order sent → last one told`,
    `${lastMs.toFixed(0)} ms`,
    `most ${Math.max(...times).toFixed(0)} ms, ${CHANGES} changes; the watchers share the machine`,
    { goal: '≤ 100 ms', isMet: lastMs <= 100 },
  );
  crowd.kill();
  await server.stop();
}
