import { choose } from './choose.mjs';
import { FAULTS } from './faults.mjs';
import { LedOracle } from './led-oracle.mjs';
import { operate } from './operators.mjs';
import { DRIFT, populate } from './populate.mjs';
import { SimulatedWatcher } from './simulated-watcher.mjs';

const LONG_TIMES = 90;
const DRAIN_MS = 2_000;

/** One world from its beginning to the judgement. `only`: fault classes; null: the seed chooses. */
export async function simulate(world, { only, directory, faultMs: askedMs, fixed }) {
  const chosen = choose(world, only, fixed);
  const faultMs = askedMs * (chosen.isLong ? LONG_TIMES : 1);
  const w = { world, ...chosen, thawedMs: 0, isCalm: false, faults: 0 };
  Object.assign(w, populate(w, directory, fixed.delayMs));
  w.boundMs = w.leaseMs * (1 + DRIFT) + 1_000 + w.heartbeatMs;
  w.wait = (ms) => new Promise((done) => world.at(ms, world.god, done));
  w.until = async (condition, mostMs) => {
    for (const endMs = world.nowMs + mostMs; !condition() && world.nowMs < endMs;) await w.wait(50);
  };
  w.mayFail = (what) => w.servers.every((server) => doubts(w, server)) || w.oracle.fail(what);
  w.led = new LedOracle({ ...w, why: (group) => why(w, group) });
  /** Of a log that was restored whoever watches begins anew. */
  w.watch = () => {
    w.watcher?.retire();
    w.watcher = new SimulatedWatcher(world, w.servers, w.oracle);
    w.watcher.start();
  };
  w.lose = (copy) => {
    w.watcher.retire();
    w.oracle.lose(copy.events);
    w.log.restore(copy);
  };
  const happensNothing = fixed.delayMs !== undefined; // but time
  world.at(
    0,
    world.god,
    () => void play(w, faultMs, happensNothing).catch((error) => (world.failure ??= error)),
  );
  while (!w.isOver && !world.failure && world.nowMs < faultMs + 400_000 + 4 * w.leaseMs)
    await world.runUntil(world.nowMs + 1_000);
  return judge(w);
}

/** What each part says of a group that nobody leads. */
function why({ servers, runners, log }, group) {
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
}

/** Records expire far sooner here than they do: where no server knows by name who beats, every lease may be out (L7). */
function doubts({ world, log, boundMs }, { node }) {
  const last = log.streams.get('presence')?.[node.presence.leases.unseen - 1];
  return last && last.writtenMs > world.god.wallMs() - boundMs;
}

async function play(w, faultMs, happensNothing) {
  await begin(w);
  w.led.start();
  const operating = happensNothing ? Promise.resolve() : operate(w);
  const disturbed = await disturb(w, w.world.nowMs + faultMs);
  w.led.stop();
  w.isCalm = true;
  await w.until(() => disturbed.size === 0, 120_000);
  for (const { process } of [...w.servers, ...w.runners]) process.setWall(0); // clocks are right again
  await operating;
  await heal(w);
  await w.wait(2 * w.leaseMs + 5_000);
  for (const group of w.groups)
    if (!w.oracle.leaderOf(group)) w.mayFail(`G5: ${group} lost its leader in quiet times${why(w, group)}`);
  w.watcher.judge(w.log.events.filter(Boolean));
  w.isOver = true;
}

/** Until every group is led. */
async function begin(w) {
  const { servers, groups, oracle, leaseMs, heartbeatMs } = w;
  for (const server of servers) server.start();
  await w.until(() => servers.every(({ node }) => node.health.isReady), 10_000);
  for (const group of groups) {
    const failover = w.fenced.has(group) ? 'fenced' : 'lease';
    const settings = { leaseMs, heartbeatMs, drainMs: DRAIN_MS, failover };
    const [server] = servers;
    await server.process.run(() =>
      server.handle('PUT', new URL(`http://s0/v1/groups/${group}`), JSON.stringify(settings), null),
    );
  }
  for (const runner of w.runners) if (runner === runner.mates[0]) runner.start();
  w.watch();
  await w.until(() => groups.every((group) => oracle.leaderOf(group)), 20_000);
  for (const group of groups)
    if (!oracle.leaderOf(group)) oracle.fail(`G5: ${group} was never led at the beginning`);
}

/** One fault after the other, each class once at a time. Gives those that still run. */
async function disturb(w, endMs) {
  const { world, classes } = w;
  const pace = w.isLong ? w.leaseMs / 15_000 : 1;
  const running = new Set();
  while (world.nowMs < endMs) {
    const name = classes.length > 0 ? w.pick(classes) : null;
    if (name && !running.has(name)) {
      running.add(name);
      w.faults++;
      world.note(name);
      let touched = w.groups;
      const acting = FAULTS[name](w, (...only) => (touched = only));
      const ease = w.led.disturb(touched);
      void acting.finally(() => {
        ease();
        running.delete(name);
      });
    }
    await w.wait(w.between(50, 2_000) * pace);
  }
  return running;
}

/** After the faults every group is led again, within the bound. */
async function heal(w) {
  const { world, groups, oracle } = w;
  const drains = (group) => !oracle.leaderOf(group) && oracle.isWorkedFor(group);
  await w.until(() => !groups.some(drains), DRAIN_MS + w.boundMs); // who was told to stop may take that long
  const calmMs = world.nowMs;
  // a leader that is told nothing renews with its next six beats (L1 c), each waited for in vain
  const deafMs = w.network.deaf.size > 0 ? 7 * w.heartbeatMs : 0;
  const mostMs = w.boundMs + deafMs;
  await w.until(() => groups.every((group) => oracle.leaderOf(group)), mostMs);
  for (const group of groups)
    if (!oracle.leaderOf(group))
      w.mayFail(`G5: ${group} is not led ${mostMs.toFixed(0)} ms after the faults${why(w, group)}`);
  w.healedMs = world.nowMs - calmMs;
  w.slackMs = w.healedMs - mostMs;
}

function judge({ world, log, oracle, servers, runners, groups, classes, ...w }) {
  if (world.failure) oracle.fail(`defect: ${world.failure.stack ?? world.failure}`);
  else if (!w.isOver) oracle.fail('the simulation did not come to its end');
  const events = log.events.filter(Boolean);
  oracle.judgeLog(events);
  if (w.isOver) for (const server of servers) oracle.judgeServer(server, events);
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
    faults: w.faults,
    elections: kind('LeaderElected'),
    handovers: kind('LeadershipRevoked'),
    restarts:
      servers.reduce((n, { starts }) => n + starts - 1, 0) + runners.reduce((n, { life }) => n + life - 1, 0),
    hours: (world.nowMs / 3_600_000) * groups.length,
    summary: `lease ${w.leaseMs} ms, ${servers.length} servers, ${groups.length} groups × ${w.ids.length}, ${classes.join(' ')}; led again after ${w.healedMs?.toFixed(0)} ms; ${world.events} steps; slack ${w.slackMs?.toFixed(0)}`,
    logged: servers.map(({ logged }) => logged),
    log: [...events, ...log.gone].sort((a, b) => a.position - b.position),
  };
}
