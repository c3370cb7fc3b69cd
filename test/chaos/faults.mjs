import { nowMs, sleep } from './world.mjs';

/** Each kind: what it is called, what it may befall, and how it comes and goes. What stands there twice comes twice as often. */
function ofProcesses({ between, pick }, servers, runners, keepsDisks) {
  const kill = async (victim) => {
    await victim.kill();
    await sleep(between(0, 2_500));
    victim.restart();
  };
  const replace = async (server) => {
    await server.kill();
    server.empty();
    server.restart();
  };
  const pause = async (victim) => {
    victim.signal('SIGSTOP');
    await sleep(between(200, 4_000));
    victim.signal('SIGCONT');
  };
  return [
    ['kill -9', () => pick(servers), kill],
    ...(keepsDisks ? [] : [['kill -9 and an empty disk for', () => pick(servers), replace]]),
    ['pause', () => pick(servers), pause],
    ['kill -9', () => pick(runners), kill],
    ['pause', () => pick(runners), pause],
    ['pause', () => pick(runners), pause],
  ];
}

function ofStore({ between, pick }, store, servers) {
  const away =
    (act) =>
    async ({ n }) => {
      act(n);
      await sleep(between(300, 4_000));
      store.join(n);
    };
  const crash = async () => {
    store.crash();
    await sleep(between(100, 2_000));
    await store.restart();
  };
  const restore = async () => {
    await store.restore(between(500, 5_000));
    await store.accepted();
  };
  const networks = servers.map((_, n) => ({ name: `network of server ${n + 1}`, n }));
  const one = { name: 'store' };
  const restored = ['restore of an earlier copy', () => one, restore];
  return [
    ['cut', () => pick(networks), away(store.isolate)],
    ['freeze', () => pick(networks), away(store.freeze)],
    ['crash', () => one, crash],
    ...(store.restore ? [restored, restored] : []),
  ];
}

/** One at a time: with two of three nodes away there is no store, which `outage` does on purpose. */
function ofCluster({ between, random }, cluster, whole) {
  const one = { name: 'cluster' };
  const faulty = (make, mend) => async () => {
    const leader = await cluster.leader();
    const n = leader !== null && random() < 0.7 ? leader : 1 + Math.floor(random() * 3);
    await cluster[make](n);
    await sleep(between(500, 6_000));
    await cluster[mend](n);
    await whole();
  };
  const outage = async () => {
    await Promise.all([1, 2, 3].map((n) => cluster.kill(n)));
    await sleep(between(500, 4_000));
    await whole();
  };
  return [
    ['kill -9 of a node', () => one, faulty('kill', 'start')],
    ['graceful stop of a node', () => one, faulty('stop', 'start')],
    ['partition', () => one, faulty('cut', 'heal')],
    ['partition', () => one, faulty('cut', 'heal')],
    ['pause of a node', () => one, faulty('pause', 'resume')],
    ['outage', () => one, outage],
  ];
}

/**
 * One fault at a time or several, at random, until `endMs`. Returns when each began and when its effects must
 * be over.
 */
export async function disturb({ random, servers, runners, store, cluster, whole, endMs, leaseMs, log }) {
  const between = (from, to) => from + random() * (to - from);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = { random, between, pick };
  const kinds = [
    // where earlier copies of the log are put back it counts what servers knew of it
    ...ofProcesses(chance, servers, runners, Boolean(store?.restore)),
    ...(store ? ofStore(chance, store, servers) : []),
    ...(cluster ? ofCluster(chance, cluster, whole) : []),
  ];
  const faults = [];
  const running = new Set();
  const busy = new Set();
  while (nowMs() < endMs) {
    const [what, choose, act] = pick(kinds);
    const victim = choose();
    if (!busy.has(victim.name)) {
      busy.add(victim.name);
      const fault = { what: `${what} ${victim.name}`, fromMs: nowMs(), toMs: Infinity };
      faults.push(fault);
      log(fault.what);
      const done = act(victim).finally(() => {
        // a restarted or woken part has that long to be part of things again
        fault.toMs = nowMs() + leaseMs + 2_000;
        busy.delete(victim.name);
        running.delete(done);
      });
      running.add(done);
    }
    await sleep(between(50, 900));
  }
  await Promise.all(running);
  return faults;
}
