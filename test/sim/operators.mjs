// Orders of people on random servers; what is acknowledged is kept. None may leave a group without candidates for long.
import { isDeepStrictEqual } from 'node:util';

const PAUSE_MS = 1_000;
const PIN_MS = 2_000;
const MOST_REPEAT_MS = 6_000;
/** Of a server whose store hangs. */
const MOST_ANSWER_MS = 15_000;

const onlyOnce = (act) => {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
};

/** An order by chance, and for how long nobody may be elected because of it. */
function orderOf(w, group) {
  const runner = w.pick(w.ids);
  const [method, path, body, heldMs = 0] = w.pick([
    ['PUT', `/runners/${runner}/taints/sim`, { effect: 'PreferNoLead', ttlMs: 2_000 }],
    ['DELETE', `/runners/${runner}/taints/sim`, null],
    ['DELETE', `/runners/${runner}`, null],
    ['POST', '/transfer', w.random() < 0.5 ? {} : { to: runner, deadlineMs: 1_500 }],
    ['PUT', '/pin', { runner, mode: 'prefer', ttlMs: PIN_MS }],
    ['PUT', '/pin', { runner, mode: 'strict', ttlMs: PIN_MS }, PIN_MS],
    ['DELETE', '/pin', null],
    ['PUT', '/pause', { ttlMs: PAUSE_MS }, PAUSE_MS],
    ['POST', '/drain', { ttlMs: PAUSE_MS }, PAUSE_MS],
    ['DELETE', '/pause', null],
    ['PUT', '', w.pick(w.leases)],
    ['PUT', '', { failover: w.pick(['lease', 'lease', 'fenced']) }],
  ]);
  return { group, method, path: `/v1/groups/${group}${path}`, body, heldMs };
}

/** Whoever repeats an order with its key is answered as the first time. */
class Answers {
  first = new Map();
  constructor(oracle) {
    this.oracle = oracle;
  }
  take(key, events) {
    const ids = events.map(({ meta }) => meta.id);
    const first = this.first.get(key);
    if (!first) this.first.set(key, ids);
    else if (!isDeepStrictEqual(first, ids))
      this.oracle.fail(
        `key ${key}: answered with ${JSON.stringify(first)}, then with ${JSON.stringify(ids)}`,
      );
  }
}

export async function operate(w) {
  const { world, oracle, led } = w;
  const answers = new Answers(oracle);
  let heldToMs = 0;
  const send = async (server, { group, method, path, body, heldMs }, key) => {
    const { process, name, log } = server;
    const { generation } = log;
    if (!process.isAlive || process.isPaused) return;
    const mayElect = heldMs > 0 ? onlyOnce(led.disturb([group])) : () => undefined;
    world.at(MOST_ANSWER_MS + heldMs, world.god, mayElect); // the server may die over it
    const hold = () => (heldToMs = Math.max(heldToMs, world.nowMs + heldMs));
    hold();
    const url = new URL(`http://${name}${path}${key ? `?key=${key}` : ''}`);
    const { status, json } = await process.run(() =>
      server.handle(method, url, body && JSON.stringify(body), null),
    );
    hold();
    world.at(heldMs + 1_000, world.god, mayElect);
    if (status !== 200 || generation !== log.generation) return;
    for (const { version, meta } of json.events) oracle.acknowledged.push({ group, version, id: meta.id });
    if (key) answers.take(`${key} of log ${generation}`, json.events);
  };
  const give = async (order, key) => {
    await send(w.pick(w.servers), order, key);
    if (!key || w.random() < 0.5) return;
    await w.wait(w.between(0, MOST_REPEAT_MS));
    if (!w.isCalm) await send(w.pick(w.servers), order, key);
  };
  for (let n = 0; !w.isCalm; n++) {
    const order = orderOf(w, w.pick(w.groups));
    void give(order, w.random() < 0.3 ? `k${n}` : null).catch((error) => (world.failure ??= error));
    await w.wait(w.between(100, 3_000));
  }
  await w.wait(heldToMs - world.nowMs); // what the last of them ordered is over
}
