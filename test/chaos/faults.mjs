import { nowMs, sleep } from './world.mjs';

/**
 * One fault at a time or several, at random, until `endMs`. Returns when each began and when its effects must
 * be over.
 */
export async function disturb({ random, servers, runners, store, cluster, endMs, leaseMs, log }) {
  const faults = [];
  const running = new Set();
  const between = (from, to) => from + random() * (to - from);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const busy = new Set();

  const kill = async (victim) => {
    await victim.kill();
    await sleep(between(0, 2_500));
    victim.restart();
  };
  const pause = async (victim) => {
    victim.signal('SIGSTOP');
    await sleep(between(200, 4_000));
    victim.signal('SIGCONT');
  };
  const kinds = [
    ['kill -9', () => pick(servers), kill],
    ['pause', () => pick(servers), pause],
    ['kill -9', () => pick(runners), kill],
    ['pause', () => pick(runners), pause],
    ['pause', () => pick(runners), pause],
  ];
  if (store) {
    const away = (act) => async (n) => {
      act(n);
      await sleep(between(300, 4_000));
      store.join(n);
    };
    const networks = servers.map((_, n) => ({ name: `network of server ${n + 1}`, n }));
    kinds.push(
      ['cut', () => pick(networks), ({ n }) => away(store.isolate)(n)],
      ['freeze', () => pick(networks), ({ n }) => away(store.freeze)(n)],
    );
    kinds.push([
      'crash',
      () => ({ name: 'store' }),
      async () => {
        store.crash();
        await sleep(between(100, 2_000));
        await store.restart();
      },
    ]);
  }
  if (store?.restore) {
    const restored = async () => {
      await store.restore(between(500, 5_000));
      await store.accepted();
    };
    kinds.push(
      ['restore of an earlier copy', () => ({ name: 'store' }), restored],
      ['restore of an earlier copy', () => ({ name: 'store' }), restored],
    );
  }
  if (cluster) {
    // one fault of the cluster at a time: with two of three nodes away there is no store, which `outage` does
    // on purpose
    const one = { name: 'cluster' };
    const faulty = (make, mend) => async () => {
      const leader = await cluster.leader();
      const n = leader !== null && random() < 0.7 ? leader : 1 + Math.floor(random() * 3);
      await make(n);
      await sleep(between(500, 6_000));
      await mend(n);
      await cluster.whole();
    };
    const outage = async () => {
      await Promise.all([1, 2, 3].map((n) => cluster.kill(n)));
      await sleep(between(500, 4_000));
      await cluster.whole();
    };
    kinds.push(['kill -9 of a node', () => one, faulty(cluster.kill, cluster.start)]);
    kinds.push(['graceful stop of a node', () => one, faulty(cluster.stop, cluster.start)]);
    kinds.push(
      ['partition', () => one, faulty(cluster.cut, cluster.heal)],
      ['partition', () => one, faulty(cluster.cut, cluster.heal)],
    );
    kinds.push(['pause of a node', () => one, faulty(cluster.pause, cluster.resume)]);
    kinds.push(['outage', () => one, outage]);
  }
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
