import { join } from 'node:path';
import { Oracle } from './oracles.mjs';
import { seeded } from './seeded.mjs';
import { SimulatedNetwork } from './simulated-network.mjs';
import { joinProcesses, SimulatedRunner } from './simulated-runner.mjs';
import { SimulatedServer } from './simulated-server.mjs';
import { SimulatedLog } from './simulated-store.mjs';

export const DRIFT = 0.01;
/** Worlds in which a process has runners in several groups. */
const TOGETHER_SHARE = 0.4;

/** The log, the servers and the runners of a world, and the network between them. */
export function populate({ world, pick, isLong, classes, groups, ids, hasFiles }, directory, delayMs = 0) {
  const log = new SimulatedLog(world);
  log.mayBeRestored = classes.includes('restored');
  const network = new SimulatedNetwork(world);
  network.delayMs = delayMs;
  const oracle = new Oracle(world, log);
  // each clock up to the drift off: the runner counts less than its lease, the server waits for more
  const rate = () => 1 + pick([-1, -1, 0, 1, 1]) * DRIFT * 0.99;
  const more = !isLong && seeded(world.seed * 7919 + 1)() < 0.1 ? 2 : 0;
  const servers = Array.from({ length: pick([1, 2, 3]) + more }, (_, n) => {
    const files = (kind) =>
      kind === 'key' ? join(directory, 'key') : hasFiles ? join(directory, `s${n}.${kind}`) : null;
    return new SimulatedServer(world, log, n, files, rate());
  });
  log.isExclusive = servers.length === 1; // as SQLite is
  for (const server of servers) network.servers.set(server.name, server);
  const urls = servers.map(({ name }) => `http://${name}`);
  const runners = groups.flatMap((group) =>
    ids.map((id) => new SimulatedRunner(world, network, group, id, urls, oracle, rate())),
  );
  for (const runner of runners) runner.mayBeRestored = log.mayBeRestored;
  const together = seeded(world.seed * 7883 + 1);
  if (together() < TOGETHER_SHARE) {
    const most = [2, 4, groups.length][Math.floor(together() * 3)];
    for (const id of ids)
      joinProcesses(
        runners.filter((one) => one.id === id),
        most,
      );
  }
  return { log, network, oracle, servers, runners };
}
