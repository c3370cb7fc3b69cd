// What goes wrong, by class. Each acts on a world and mends itself; `pick` and `between` are of the world's own chance.
// Each touches all groups, unless it says at once which ones `only`.

const MOST_STALLED_MS = 12_000;
const MOST_FOLLOW_LAG_MS = 3_000;
const HANGING_CALL_MS = 3_000;
/** Servers that stopped have told each other by then what they knew. */
const TELL_MS = 2_000;
/** A server that was started is back when it has read the log. */
const back = (w, server) => w.until(() => !server.process.isAlive || server.node.tail.isCaughtUp, 15_000);
const aWire = (w) => w.pick(w.servers).wire;
const theNetwork = (w) => w.network;
/** Of who is dead for long: somebody else can lead each group of its process meanwhile. */
const hasOthers = (w, { process, groups }) =>
  groups.every((group) =>
    w.runners.some((one) => one.group === group && one.process !== process && one.process.isAlive),
  );

/** A fault of one number: what it may be, and for how long it is not zero. */
const disturb =
  (target, name, [least, most], [leastMs, mostMs]) =>
  async (w) => {
    const disturbed = target(w);
    disturbed[name] = w.between(least, most);
    await w.wait(w.between(leastMs, mostMs));
    disturbed[name] = 0;
  };

/** Of one runner, or of the way to some; nobody else may notice. */
export const OF_RUNNERS = [
  'runner-crash',
  'runner-stop',
  'runner-pause',
  'partition',
  'isolated-runner',
  'suspended-runner',
  'deaf-runner',
  'snapshot',
];

export const FAULTS = {
  'server-crash': async (w) => {
    const server = w.pick(w.servers);
    server.crash();
    await w.wait(w.between(0, 3_000));
    server.start();
    await back(w, server);
  },
  'server-restart': async (w) => {
    const server = w.pick(w.servers);
    await server.process.run(() => server.stop());
    await w.wait(w.between(0, 2_000));
    server.start();
    await back(w, server);
  },
  /** What a server kept of an earlier moment is what its next start begins with. */
  snapshot: async (w, only) => {
    only();
    const { node, process } = w.pick(w.servers);
    if (process.isAlive && node.tail.isCaughtUp) process.run(() => node.snapshots.save());
  },
  'server-pause': async (w) => {
    const { process } = w.pick(w.servers);
    process.pause();
    await w.wait(w.between(200, 6_000));
    process.resume();
  },
  /** All servers stand still, as their machine does, amid beats; the leaders die meanwhile. Nothing of it for a while then. */
  'frozen-and-killed': async (w, only) => {
    if (w.world.nowMs < w.thawedMs) return only();
    const frozenMs = w.between(5_000, 40_000);
    w.thawedMs = w.world.nowMs + 2 * frozenMs + 3 * w.leaseMs;
    for (const { wire } of w.servers) wire.lagMs = 250; // so that some are under way
    await w.wait(w.between(1_000, 2_500));
    for (const { process } of w.servers) process.pause();
    for (const { wire } of w.servers) wire.lagMs = 0;
    await w.wait(w.between(100, 500));
    const led = w.groups.map((group) => w.oracle.leaderOf(group)).filter(Boolean);
    const killed = w.runners.filter((r) =>
      led.some(({ group, runner }) => r.group === group && r.id === runner),
    );
    for (const runner of killed) if (runner.process.isAlive && hasOthers(w, runner)) runner.crash();
    await w.wait(frozenMs);
    for (const { process } of w.servers) process.resume();
    void w.wait(frozenMs + 2 * w.leaseMs).then(() => {
      for (const runner of killed) if (!runner.process.isAlive) runner.start();
    });
  },
  'runner-crash': async (w, only) => {
    const runner = w.pick(w.runners);
    only(...runner.groups);
    runner.crash();
    await w.wait(w.between(0, 4_000));
    runner.start();
  },
  'runner-stop': async (w, only) => {
    const runner = w.pick(w.runners);
    only(...runner.groups);
    runner.stop();
    await w.until(() => !runner.process.isAlive, 20_000);
    if (runner.process.isAlive) runner.crash();
    runner.start();
  },
  'runner-pause': async (w, only) => {
    const { process, groups } = w.pick(w.runners);
    only(...groups);
    process.pause();
    await w.wait(w.between(200, Math.max(8_000, 1.3 * w.leaseMs)));
    process.resume();
  },
  'store-down': async (w) => {
    w.log.isDown = true;
    for (const { store } of w.servers) store.breakSubscriptions();
    await w.wait(w.between(100, 4_000));
    w.log.isDown = false;
  },
  'store-cut': async (w) => {
    const server = w.pick(w.servers);
    const { wire } = server;
    wire.isCut = true;
    await w.wait(w.between(100, 6_000));
    wire.isCut = false;
    server.store.breakSubscriptions();
    await w.wait(HANGING_CALL_MS); // over when calls that hang have been given up
  },
  'store-lag': disturb(aWire, 'lagMs', [5, 400], [1_000, 6_000]),
  'follow-lag': async (w) => {
    await disturb(aWire, 'followLagMs', [50, MOST_FOLLOW_LAG_MS], [1_000, 6_000])(w);
    await w.wait(MOST_FOLLOW_LAG_MS); // over when the last of what was held up has arrived
  },
  'lost-answers': async (w) => {
    const { wire } = w.pick(w.servers);
    wire.losesAnswers = true;
    await w.wait(w.between(500, 4_000));
    wire.losesAnswers = false;
    await w.wait(HANGING_CALL_MS);
  },
  'stalled-subscription': async (w) => {
    const server = w.pick(w.servers);
    const { store } = server;
    store.stalledBefore = store.begun;
    // over when the server has noticed: within a second it knows that it is deaf, five later it subscribes anew
    const isNoticed = () =>
      store.begun > store.stalledBefore || server.store !== store || !server.process.isAlive;
    for (let ms = 0; ms < MOST_STALLED_MS && !isNoticed();) {
      await w.wait(50);
      if (!server.process.isPaused && !w.log.isDown && !server.wire.isCut) ms += 50;
    }
    if (!isNoticed()) w.oracle.fail(`stalled: ${server.name} has not noticed within ${MOST_STALLED_MS} ms`);
  },
  partition: async (w, only) => {
    const server = w.pick(w.servers);
    const apart = w.runners.filter(() => w.random() < 0.5);
    only(...apart.flatMap(({ groups }) => groups));
    const cut = apart.map(({ name }) => `${name}|${server.name}`);
    for (const pair of cut) w.network.cut.add(pair);
    await w.wait(w.between(300, Math.max(8_000, 1.3 * w.leaseMs)));
    for (const pair of cut) w.network.cut.delete(pair);
  },
  /** Somebody who leads reaches no server for longer than its lease, and works on as long as it may. */
  'isolated-runner': async (w, only) => {
    const believing = w.groups.map((group) => w.oracle.leaderOf(group)).filter(Boolean);
    if (believing.length === 0) return only();
    const { group, runner } = w.pick(believing);
    const isolated = w.runners.find((one) => one.group === group && one.id === runner);
    only(...isolated.groups);
    const cut = w.servers.map(({ name }) => `${isolated.name}|${name}`);
    for (const pair of cut) w.network.cut.add(pair);
    await w.wait(1.3 * w.leaseMs + 1_000);
    for (const pair of cut) w.network.cut.delete(pair);
  },
  /** The machine sleeps: its monotonic clock stands still, its wall clock does not. */
  'suspended-runner': async (w, only) => {
    const { process, groups } = w.pick(w.runners);
    only(...groups);
    if (process.isPaused) return;
    process.pause();
    const fromMs = w.world.nowMs;
    await w.wait(w.between(500, 1.5 * w.leaseMs));
    process.sleptMs += (w.world.nowMs - fromMs) * process.rate;
    process.stepped();
    process.resume();
  },
  /** What this runner says is heard, what it is told is not; for good, if nothing else is wrong with it. */
  'deaf-runner': async (w, only) => {
    const { name, groups } = w.pick(w.runners);
    if (w.network.deaf.size > 0) return only();
    only(...groups);
    w.network.deaf.add(name);
    const isForGood = w.random() < 0.5 && !w.classes.includes('frozen-and-killed'); // who could lead instead is dead for long there
    if (isForGood) return void w.led.disturb(groups);
    await w.wait(w.between(2_000, 20_000));
    w.network.deaf.delete(name);
  },
  'lossy-network': disturb(theNetwork, 'lossShare', [0.02, 0.4], [500, 5_000]),
  'slow-network': disturb(theNetwork, 'delayMs', [20, 600], [500, 6_000]),
  'late-answers': async (w) => {
    w.network.lateShare = w.between(0.05, 0.9);
    w.network.lateMs = w.between(100, 4_000);
    await w.wait(w.between(1_000, 8_000));
    w.network.lateShare = 0;
  },
  /** The network repeats requests, and lets them overtake each other. */
  'repeated-requests': async (w) => {
    Object.assign(w.network, { twiceShare: w.between(0.1, 0.9), lateMs: w.between(100, 4_000) });
    await w.wait(w.between(1_000, 8_000));
    w.network.twiceShare = 0;
  },
  'late-requests': async (w) => {
    Object.assign(w.network, { lateRequestShare: w.between(0.05, 0.5), lateMs: w.between(100, 4_000) });
    await w.wait(w.between(1_000, 8_000));
    w.network.lateRequestShare = 0;
  },
  'disk-full': async (w) => {
    w.log.isFull = true;
    await w.wait(w.between(100, 4_000));
    w.log.isFull = false;
  },
  /** Records of the presence log expire, far sooner than they do; who begins to read then has not seen them. */
  retention: async (w) => {
    w.log.forget('presence', Math.floor(w.between(10, 60)));
    if (w.random() < 0.5) return;
    const server = w.pick(w.servers);
    server.crash();
    server.forgetSnapshot();
    await w.wait(w.between(0, 2_000));
    server.start();
    await back(w, server);
  },
  /** A backup is put in the place of the log; somebody looks at every server, and accepts it. */
  restored: async (w, only) => {
    if (!w.hasFiles) return only(); // nobody would know it again
    const copy = w.log.copy();
    await w.wait(w.between(200, 15_000));
    w.log.isDown = true;
    await w.wait(w.between(50, 4_000));
    // a server that knows of nothing that is lost cannot see it, and gives terms again: docs/restore.md
    const knowsMore = ({ node, store }) =>
      store.followed === w.log.generation && Number(node.tail.position) > copy.events.length;
    if (!w.servers.every(knowsMore)) return void (w.log.isDown = false);
    w.lose(copy);
    await w.wait(w.between(50, 2_000));
    w.log.isDown = false;
    const isBack = () => w.servers.every((one) => one.hasLooked && one.node.tail.isCaughtUp);
    const untilMs = w.world.nowMs + 1.1 * w.leaseMs + 60_000;
    while (!isBack() && w.world.nowMs < untilMs) {
      await w.wait(w.between(50, 1_000));
      const haveLooked = () => w.servers.every((one) => one.hasLooked);
      if (!haveLooked() || w.servers.some((one) => one.isAccepting)) continue;
      await w.wait(TELL_MS); // at any of them: they tell each other what they knew
      if (haveLooked()) w.pick(w.servers).acceptLog();
    }
    if (!isBack()) w.oracle.fail(`restored: not every server went on with the log that was accepted`);
    w.watch();
  },
  'broken-proxy': disturb(theNetwork, 'proxyFaultShare', [0.1, 0.9], [500, 5_000]),
  'hanging-bodies': disturb(theNetwork, 'hangingBodyShare', [0.1, 0.6], [500, 5_000]),
  'clock-step': async (w) => {
    // not of a machine that also sleeps: set back meanwhile, no clock of it would have counted that time (L12)
    const { process } = w.pick(
      w.classes.includes('suspended-runner') ? w.servers : [...w.servers, ...w.runners],
    );
    process.setWall(process.wallOffsetMs + (w.random() < 0.5 ? -1 : 1) * w.between(500, 120_000));
  },
};
