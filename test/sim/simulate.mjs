import { join } from 'node:path';
import { FAULTS, OF_RUNNERS } from './faults.mjs';
import { LedOracle } from './led-oracle.mjs';
import { operate } from './operators.mjs';
import { Oracle } from './oracles.mjs';
import { SimulatedLog } from './simulated-store.mjs';
import { SimulatedNetwork } from './simulated-network.mjs';
import { joinProcesses, SimulatedRunner } from './simulated-runner.mjs';
import { SimulatedServer } from './simulated-server.mjs';
import { seeded } from './seeded.mjs';
import { SimulatedWatcher } from './simulated-watcher.mjs';

const DRIFT = 0.01;
/** Worlds of many groups, long leases and hours: faults come as often as before by the lease, far less by the clock. */
const LONG_SHARE = 0.02;
const LONG_LEASES_MS = [400_000, 600_000];
const LONG_TIMES = 90;
const SELDOM = { restored: 0.15, 'frozen-and-killed': 0.1 };
const DRAIN_MS = 2_000;
/** Worlds in which a process has runners in several groups. */
const TOGETHER_SHARE = 0.4;

/** One world from its beginning to the judgement. `only`: fault classes; null: the seed chooses. */
export async function simulate(world, { only, directory, fixed = {}, ...asked }) {
  const { random } = world;
  const between = (from, to) => from + random() * (to - from);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const wait = (ms) => new Promise((done) => world.at(ms, world.god, done));
  const wouldBeLong = random() < LONG_SHARE;
  const isLong = fixed.isLong ?? wouldBeLong;
  const all = Object.keys(FAULTS).filter((name) => !(name in SELDOM));
  const some = random() < 0.15 ? OF_RUNNERS : all;
  const chosen = some.filter(() => random() < 0.4); // asked for in any case: the same seed is the same world
  // of chances of their own, so that all else stays the same world
  const chance = seeded(world.seed * 7907 + 1);
  const seldom = Object.entries(SELDOM).filter(([, share]) => chance() < share);
  // in a long world an operator would wait for longer than it lasts
  const classes = (only ?? [...chosen, ...seldom.map(([name]) => name)]).filter(
    (name) => !(isLong && name in SELDOM),
  );
  const chosenLeaseMs = pick(isLong ? LONG_LEASES_MS : [500, 1_000, 1_500, 3_000, 15_000, 60_000]);
  const { leaseMs = chosenLeaseMs } = fixed;
  const chosenHeartbeatMs = Math.floor(leaseMs / pick([3, 4, 6]));
  const { heartbeatMs = chosenHeartbeatMs } = fixed;
  const groups = Array.from({ length: pick(isLong ? [200, 300] : [1, 2, 4]) }, (_, n) => `g${n}`);
  const fenced = new Set(groups.filter(() => random() < 0.25));
  const ids = ['r0', 'r1', 'r2'].slice(0, pick([2, 3]));
  const hasFiles = random() < 0.5;
  const faultMs = asked.faultMs * (isLong ? LONG_TIMES : 1);
  const pace = isLong ? leaseMs / 15_000 : 1;

  const log = new SimulatedLog(world);
  log.mayBeRestored = classes.includes('restored');
  const network = new SimulatedNetwork(world);
  network.delayMs = fixed.delayMs ?? 0;
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

  const w = {
    world,
    log,
    network,
    oracle,
    servers,
    runners,
    groups,
    ids,
    random,
    between,
    pick,
    wait,
    leaseMs,
    /** Settings between which operators change; the longer lease is the one that bounds are counted with. */
    leases: [
      { leaseMs, heartbeatMs },
      {
        leaseMs: Math.max(500, leaseMs / 2),
        heartbeatMs: Math.floor(Math.min(heartbeatMs, Math.max(500, leaseMs / 2) / 3)),
      },
    ],
    classes,
    hasFiles,
    thawedMs: 0,
    isCalm: false,
  };
  w.until = async (condition, mostMs) => {
    for (const endMs = world.nowMs + mostMs; !condition() && world.nowMs < endMs;) await wait(50);
  };
  /** What each part says of a group that nobody leads. */
  const why = (group) => {
    const said = servers.map(({ name, node, process, store }) => {
      const state = node.groups.get(group);
      const { leadership, term, version } = state ?? {};
      const held =
        leadership &&
        `${leadership.runner} term ${leadership.term}${leadership.handover ? ' in handover' : ''}`;
      const who = [...(state?.runners.values() ?? [])].map((r) => `${r.id}:${r.status}`).join(' ');
      const ready = node.health.reasonsNotReady().join('; ') || 'ready';
      return `${name} ${process.isAlive ? '' : 'dead '}${ready}, ${store.begun} subscriptions, stalled before ${store.stalledBefore}, deaf ${node.presence.deafForMs().toFixed(0)}, tail ${JSON.stringify({ at: node.tail.position, of: log.events.length, caughtUp: node.tail.isCaughtUp, held: node.tail.isHeld, suspect: node.tail.isSuspect })}: v${version} t${term} held by ${held} (${who})`;
    });
    const ran = runners
      .filter((r) => r.group === group)
      .map((r) => `${r.id} ${r.process.isAlive ? r.runner.status : 'dead'}`);
    return `\n    ${[...said, ran.join(', ')].join('\n    ')}`;
  };
  const boundMs = leaseMs * (1 + DRIFT) + 1_000 + heartbeatMs;
  // Records expire far sooner here than they do: where no server knows by name who beats, every lease may be out (L7).
  const doubts = ({ node }) => {
    const last = log.streams.get('presence')?.[node.presence.leases.unseen - 1];
    return last && last.writtenMs > world.god.wallMs() - boundMs;
  };
  const mayFail = (what) => servers.every(doubts) || oracle.fail(what);
  w.led = new LedOracle({ world, oracle, groups, boundMs, why, mayFail });
  let watcher = null;
  /** Of a log that was restored whoever watches begins anew. */
  w.watch = () => {
    watcher?.retire();
    watcher = new SimulatedWatcher(world, servers, oracle);
    watcher.start();
  };
  w.lose = (copy) => {
    watcher.retire();
    oracle.lose(copy.events);
    log.restore(copy);
  };
  const started = { faults: 0 };
  const running = new Set();

  const play = async () => {
    for (const server of servers) server.start();
    await w.until(() => servers.every(({ node }) => node.health.isReady), 10_000);
    for (const group of groups) {
      const settings = {
        leaseMs,
        heartbeatMs,
        drainMs: DRAIN_MS,
        failover: fenced.has(group) ? 'fenced' : 'lease',
      };
      const [server] = servers;
      await server.process.run(() =>
        server.handle('PUT', new URL(`http://s0/v1/groups/${group}`), JSON.stringify(settings), null),
      );
    }
    for (const runner of runners) if (runner === runner.mates[0]) runner.start();
    w.watch();
    await w.until(() => groups.every((group) => oracle.leaderOf(group)), 20_000);
    for (const group of groups)
      if (!oracle.leaderOf(group)) oracle.fail(`G5: ${group} was never led at the beginning`);
    w.led.start();
    const operating = fixed.delayMs === undefined ? operate(w) : Promise.resolve(); // then nothing happens but time
    const endMs = world.nowMs + faultMs;
    while (world.nowMs < endMs) {
      const name = classes.length > 0 ? pick(classes) : null;
      if (name && !running.has(name)) {
        running.add(name);
        started.faults++;
        world.note(name);
        let touched = groups;
        const acting = FAULTS[name](w, (...only) => (touched = only));
        const heal = w.led.disturb(touched);
        void acting.finally(() => {
          heal();
          running.delete(name);
        });
      }
      await wait(between(50, 2_000) * pace);
    }
    w.led.stop();
    w.isCalm = true;
    await w.until(() => running.size === 0, 120_000);
    for (const { process } of [...servers, ...runners]) process.setWall(0); // clocks are right again
    await operating;
    const drains = (group) => !oracle.leaderOf(group) && oracle.isWorkedFor(group);
    await w.until(() => !groups.some(drains), DRAIN_MS + boundMs); // who was told to stop may take that long
    const calmMs = world.nowMs;
    // a leader that is told nothing renews with its next six beats (L1 c), each waited for in vain
    const deafMs = network.deaf.size > 0 ? 7 * heartbeatMs : 0;
    const mostMs = boundMs + deafMs;
    await w.until(() => groups.every((group) => oracle.leaderOf(group)), mostMs);
    for (const group of groups)
      if (!oracle.leaderOf(group))
        mayFail(`G5: ${group} is not led ${mostMs.toFixed(0)} ms after the faults${why(group)}`);
    started.healedMs = world.nowMs - calmMs;
    started.slackMs = started.healedMs - mostMs;
    await wait(2 * leaseMs + 5_000);
    for (const group of groups)
      if (!oracle.leaderOf(group)) mayFail(`G5: ${group} lost its leader in quiet times${why(group)}`);
    watcher.judge(log.events.filter(Boolean));
    started.isOver = true;
  };
  world.at(0, world.god, () => void play().catch((error) => (world.failure ??= error)));
  while (!started.isOver && !world.failure && world.nowMs < faultMs + 400_000 + 4 * leaseMs)
    await world.runUntil(world.nowMs + 1_000);
  if (world.failure) oracle.fail(`defect: ${world.failure.stack ?? world.failure}`);
  else if (!started.isOver) oracle.fail('the simulation did not come to its end');
  const events = log.events.filter(Boolean);
  oracle.judgeLog(events);
  if (started.isOver) for (const server of servers) oracle.judgeServer(server, events);
  for (const { name, logged } of servers)
    for (const line of logged) if (/defect/.test(line)) oracle.fail(`${name}: ${line}`);
  log.lose();
  const kind = (type) => events.filter((event) => event.type === type).length;
  return {
    found: oracle.found,
    classes,
    trace: world.trace.toString(16),
    groups: groups.length,
    events: world.events,
    faults: started.faults,
    elections: kind('LeaderElected'),
    handovers: kind('LeadershipRevoked'),
    restarts:
      servers.reduce((n, { starts }) => n + starts - 1, 0) + runners.reduce((n, { life }) => n + life - 1, 0),
    hours: (world.nowMs / 3_600_000) * groups.length,
    summary: `lease ${leaseMs} ms, ${servers.length} servers, ${groups.length} groups × ${ids.length}, ${classes.join(' ')}; led again after ${started.healedMs?.toFixed(0)} ms; ${world.events} steps; slack ${started.slackMs?.toFixed(0)}`,
    logged: servers.map(({ logged }) => logged),
    log: [...events, ...log.gone].sort((a, b) => a.position - b.position),
  };
}
