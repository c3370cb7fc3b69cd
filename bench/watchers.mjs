import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ours } from '../scripts/ours.mjs';
import { median } from './http-load.mjs';
import { Server, uuid } from './world.mjs';

const WATCHERS = 10_000;
const CHANGES = 10;
/** Of what a watcher is told of a change. */
const LENGTH = 286;

/** Many watch one group: from the order that changes it until the last of them was told. */
export async function watchers(report) {
  const server = await Server.start({
    CONCLAVE_MAX_STREAMS_PER_CLIENT: '20000',
    CONCLAVE_MAX_CONNECTIONS_PER_CLIENT: '20000',
  });
  for (const [n, id] of ['a', 'b'].entries())
    await server.call('PUT', `/v1/groups/busy/runners/${id}`, { incarnation: uuid(n), ready: true });
  const times = await timesOf(server.port, async (term) => {
    const body = { to: term % 2 === 0 ? 'b' : 'a', force: true };
    await server.call('POST', '/v1/groups/busy/transfer', body);
  });
  await server.stop();
  const bare = await bareTimes();
  const lastMs = median(times);
  report(
    `the same text to ${WATCHERS.toLocaleString('en')} sockets by bare Node → last one told`,
    `${median(bare).toFixed(0)} ms`,
    `least ${Math.min(...bare).toFixed(0)} ms; what the machine takes for it`,
  );
  report(
    `${WATCHERS.toLocaleString('en')} watchers of one group: order sent → last one told`,
    `${lastMs.toFixed(0)} ms`,
    `${(lastMs / median(bare)).toFixed(2)} × bare; least ${Math.min(...times).toFixed(0)}, most ${Math.max(...times).toFixed(0)} ms, ${CHANGES} changes; the watchers share the machine`,
    { goal: '≤ 100 ms', isMet: lastMs <= 100 },
  );
}

/** Each of the changes: until the last watcher was told. */
async function timesOf(port, change) {
  const crowd = ours(fork('bench/watching-crowd.mjs', [port, WATCHERS], { execArgv: [] }));
  crowd.once('exit', (code) => code && process.exit(code)); // nobody would ever be told
  await once(crowd, 'message');
  const times = [];
  for (let term = 2; term < 2 + CHANGES; term++) {
    const told = once(crowd, 'message');
    const startMs = performance.timeOrigin + performance.now();
    await change(term);
    const [{ lastMs }] = await told;
    times.push(lastMs - startMs);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  crowd.kill();
  return times;
}

async function bareTimes() {
  const writer = ours(fork('bench/bare-writer.mjs', [], { execArgv: [] }));
  const [{ port }] = await once(writer, 'message');
  const times = await timesOf(port, (term) => writer.send({ term, length: LENGTH }));
  writer.kill();
  return times;
}
