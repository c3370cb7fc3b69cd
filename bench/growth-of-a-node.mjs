import { Node, TICK_MS } from '../dist/libs/node/src/index.js';
import { SqliteEventStore } from '../dist/libs/event-store-sqlite/src/index.js';
import { appendsOf, initialState, PastFold } from '../dist/libs/election/src/index.js';
import { derivedUuid, randomUuid } from '../dist/libs/kernel/src/index.js';
import { ManualClock } from '../dist/libs/testing/src/manual-clock.js';

const GROUPS = 1_000;
const RUNNERS = 10;
const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing };
const clock = new ManualClock();
const store = await SqliteEventStore.open(':memory:');
const node = new Node({ store, clock, logger, instance: randomUuid(), maxDrift: 0.01, fileOf: () => null });
await node.start();
const timer = setInterval(() => {
  clock.advance(TICK_MS);
  node.tick();
}, TICK_MS);
while (!node.tail.isCaughtUp) await new Promise((done) => setTimeout(done, 10));

const order = (commandId = randomUuid()) => ({
  actor: 'operator:bench',
  reason: 'measured',
  correlationId: commandId,
  commandId,
  requestHash: 'h'.repeat(64),
});
const incarnations = new Map();
async function register(group, runner) {
  const incarnation = randomUuid();
  incarnations.set(`${group}/${runner}`, incarnation);
  const command = { type: 'RegisterRunner', runner, incarnation, ready: true, previousExited: null };
  await node.repository.transact(group, command, order());
}
const groups = Array.from({ length: GROUPS }, (_, n) => `g${n}`);
const runners = groups.flatMap((group) => Array.from({ length: RUNNERS }, (_, n) => [group, `r${n}`]));
async function forAll(list, act) {
  for (let from = 0; from < list.length; from += 500)
    await Promise.all(list.slice(from, from + 500).map((one, n) => act(one, from + n)));
}
/** Nobody falls silent while it is measured. */
const lasting = { type: 'ConfigureGroup', settings: { leaseMs: 600_000 } };
const tell = (row) => (process.send ? process.send(row) : console.log(row));
/** So many recent changes are kept for watches that resume: each time the same, or they would count for what is measured. */
const RECENT = 4_096;
const fillRecent = () =>
  forAll(Array.from({ length: RECENT }), (_, n) =>
    node.repository.transact('other', taint(n % 2 ? 'NoElect' : 'PreferNoLead', 'k'), order()),
  );
/** Live heap once everything has settled. */
async function heap() {
  await fillRecent();
  await new Promise((done) => setTimeout(done, 500));
  for (let n = 0; n < 4; n++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
async function measured(what, count, act, more) {
  const before = await heap();
  await act();
  tell({ what, bytes: ((await heap()) - before) / count, more });
}
const leaderOf = (group) => node.groups.get(group).leadership;
const beat = async ([group, runner], sequence) => {
  const incarnation = incarnations.get(`${group}/${runner}`);
  const held = leaderOf(group);
  const term = held?.runner === runner ? held.term : undefined;
  const said = { group, runner, incarnation, sequence, acked: sequence, ...(term && { term }) };
  try {
    await node.presence.reception.hear(said);
  } catch {
    // not recorded in time: the next one will be
  }
};
const taint = (effect, key) => ({
  type: 'TaintRunner',
  runner: 'r1',
  key,
  effect,
  expiresAt: null,
  ttlMs: null,
  until: null,
});

await register('other', 'r1');
await measured(
  'a group with one runner',
  GROUPS,
  () =>
    forAll(groups, async (g) => {
      await node.repository.transact(g, lasting, order());
      await register(g, 'r0');
    }),
  'state, index, lease',
);
await measured(
  'a further runner',
  GROUPS * (RUNNERS - 1),
  () =>
    forAll(
      runners.filter(([, r]) => r !== 'r0'),
      ([g, r]) => register(g, r),
    ),
  'until it is deregistered',
);
await measured(
  'a runner that beats',
  runners.length,
  () => forAll(runners, (one) => beat(one, 1)),
  'silence, sequence, number in records',
);
await measured(
  'beats after the first',
  runners.length * 10,
  async () => {
    for (let n = 2; n <= 11; n++) await forAll(runners, (one) => beat(one, n));
  },
  'nothing: only the newest counts',
);
await measured(
  'a runner with an open stream',
  runners.length,
  () =>
    forAll(runners, async ([group, runner]) => {
      await node.presence.openSession(
        { group, runner, incarnation: incarnations.get(`${group}/${runner}`) },
        { send: nothing, end: nothing },
      );
    }),
  'without the socket',
);
async function taintAll(rounds) {
  for (let n = 0; n < rounds; n++)
    await forAll(groups, (g) =>
      node.repository.transact(g, taint(n % 2 ? 'NoElect' : 'PreferNoLead', 'k'), order()),
    );
}
await taintAll(20); // what the rows above leave to be let go of is more than one event holds
await measured(
  'an event of a group',
  GROUPS * 300,
  () => taintAll(300),
  'index: its time, and a state every 128 events or more; grows with the history',
);
await measured(
  'a term',
  GROUPS * 10,
  async () => {
    for (let n = 0; n < 10; n++)
      await forAll(groups, async (g) => {
        const { runner, incarnation, term } = leaderOf(g);
        await node.repository.transact(g, { type: 'ReleaseLeadership', runner, incarnation, term }, order());
      });
  },
  'with its events; the last 200 terms of a group are kept, older ones are read',
);
await measured(
  'a command with an Idempotency-Key',
  GROUPS * 10,
  async () => {
    for (let n = 0; n < 10; n++)
      await forAll(groups, (g) =>
        node.repository.transact(
          g,
          taint(n % 2 ? 'NoElect' : 'PreferNoLead', 'l'),
          order(derivedUuid(g, String(n))),
        ),
      );
  },
  'with its event; the last 1000 of a group are kept',
);
await measured(
  'one that changed nothing',
  5_000,
  () =>
    forAll(
      groups.slice(0, 1_000).flatMap((g) => [0, 1, 2, 3, 4].map((n) => [g, n])),
      ([g, n]) =>
        node.repository.transact(
          g,
          { type: 'UntaintRunner', runner: 'r2', key: 'x', cause: 'request' },
          order(derivedUuid(g, `no${n}`)),
        ),
    ),
  'the last 10,000 of a day are kept',
);
await measured(
  'a process that was superseded',
  GROUPS * 5,
  async () => {
    for (let n = 0; n < 5; n++)
      await forAll(groups, async (g) => {
        await register(g, 'r5');
        await beat([g, 'r5'], 1);
      });
  },
  'with its events; of a runner the last 16 incarnations are kept',
);
async function end(group) {
  const { runner, incarnation, term } = leaderOf(group);
  await node.certificates.of({ group, runner, incarnation }, { term, leaseMs: 1, heartbeatMs: 1 }, 0);
  const left = { type: 'DeregisterRunner', runner, incarnation };
  const { position } = await node.repository.transact(group, left, order());
  await node.tail.reached(position, 60_000);
  const { state, hash } = node.head(group);
  const fold = new PastFold(group, null);
  for await (const append of appendsOf(node.events(group, 1), initialState(group))) fold.take(append);
  const command = { type: 'DeleteGroup', upTo: state.version, digest: hash };
  await node.repository.transact(group, command, { ...order(), past: fold.past });
}
const gone = Array.from({ length: GROUPS }, (_, n) => `gone${n}`);
await measured(
  'a group that was deleted',
  GROUPS,
  () =>
    forAll(gone, async (g) => {
      await node.repository.transact(g, lasting, order());
      await register(g, 'r0');
      await end(g);
    }),
  'it stays: its id is never used again',
);
clearInterval(timer);
node.drain();
await node.stop();
process.exit(0);
