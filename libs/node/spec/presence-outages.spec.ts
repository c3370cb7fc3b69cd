import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { comparePositions } from '@conclave/event-store';
import { inc, until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { Proof } from '../src/index.js';
import { settings, World, type Server } from './node.fixture.js';

let w: World;
let s: Server;
beforeEach(async () => {
  w = await World.open();
  s = await w.server();
  await w.ledPair(s);
});
afterEach(async () => w.close());

it('an expired lease is reported until the group knows it, whatever failed the first times', async () => {
  // L5
  let sequence = 1;
  const beating = async (t: number) => void (t % 250 === 0 && (await s.alive('b', ++sequence)));
  w.store.refusesAppends = true;
  await w.pass(4_000, beating);
  expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
  w.store.refusesAppends = false;
  await w.pass(2_000, beating);
  expect(s.leadership).toMatchObject({ term: 2, runner: 'b' });
});

it('a beat that cannot be written in time is refused', async () => {
  // L2
  let go = (): void => undefined;
  w.store.publishing = new Promise<void>((resolve) => (go = resolve));
  const fates: string[] = [];
  for (const sequence of [2, 3]) {
    void s.beat('a', sequence, 1).then(
      () => fates.push('answered'),
      () => fates.push('refused'),
    );
    await w.pass(100);
  }
  await w.pass(1_700); // a heartbeat is 500 ms, and a lease, for which what is being written may come back, three of them
  expect(fates).toEqual(['refused', 'refused']);
  go();
  await w.pass(500);
  expect(s.node.groups.get('g')!.leadership).toMatchObject({ term: 1 });
});

it('a stream that broke is no death if its process is heard within 250 ms', async () => {
  // L10
  const open = async () =>
    s.presence.openSession(
      { group: 'g', runner: 'b', incarnation: inc('b'), isProved: true },
      { send: () => undefined, end: () => undefined },
    );
  s.presence.sessionClosed(await open());
  await s.alive('b', 2);
  await w.pass(900);
  expect(s.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'active' });
  s.presence.sessionClosed(await open());
  await w.pass(500); // its lease is three times as long
  expect(s.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'silent' });
});

it.each([
  ['as by default', {}, 30],
  ['as the group says', { lossConfirmMs: 400 }, 400],
  ['at once', { lossConfirmMs: 0 }, 0],
])('the leader of a fenced group whose stream broke is followed: %s', async (_, more, confirmMs) => {
  // L10
  await s.do(settings({ failover: 'fenced', ...more }));
  const session = await s.presence.openSession(
    { group: 'g', runner: 'a', incarnation: inc('a'), isProved: true },
    { send: () => undefined, end: () => undefined },
  );
  s.presence.sessionClosed(session);
  await w.pass(Math.max(0, confirmMs - 50)); // when it is over, it is not told when that stands in the log
  expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
  await w.pass(150);
  await until('that is recorded', () => s.leadership?.runner === 'b'); // no more time passes on its clock
  expect(s.leadership).toMatchObject({ term: 2 });
});

it('a leader of a lease group keeps its lease, whatever its stream does', async () => {
  await s.do(settings({ lossConfirmMs: 0 }));
  const session = await s.presence.openSession(
    { group: 'g', runner: 'a', incarnation: inc('a'), isProved: true },
    { send: () => undefined, end: () => undefined },
  );
  s.presence.sessionClosed(session);
  await w.pass(700);
  expect(s.leadership).toMatchObject({ term: 1, runner: 'a' });
});

it('a stream that broke is no death while nothing comes back from the store: its process may beat elsewhere', async () => {
  // L6, L10
  const other = await w.server('s2', w.otherStore());
  const session = await s.presence.openSession(
    { group: 'g', runner: 'b', incarnation: inc('b'), isProved: true },
    { send: () => undefined, end: () => undefined },
  );
  await w.pass(500);
  w.store.mute(); // appends go through, and nobody is heard
  s.presence.sessionClosed(session);
  await other.alive('b', 2);
  await w.pass(700);
  expect(other.groups.get('g')!.runners.get('b')).toMatchObject({ status: 'active' });
});

it('of a cluster nothing is proved by what is read alone: what is written must come back, once for all who ask', async () => {
  const proof = new Proof(s.node);
  await w.pass(300);
  const before = w.store.calls.publish;
  await proof.ofNow(); // of one node what is read is what is true
  expect(w.store.calls.publish).toBe(before);
  w.store.staleMs = 6_000;
  await w.pass(50);
  await Promise.all(Array.from({ length: 20 }, async () => proof.ofNow()));
  expect(w.store.calls.publish - before).toBeLessThanOrEqual(2);
  w.store.mute(); // a node that was deposed
  await w.pass(50);
  await expect(proof.ofNow()).rejects.toMatchObject({ code: 'store-unavailable' });
});

it('a process that a deposed node knows nothing of is not told that it is superseded: it asks elsewhere', async () => {
  // L8
  await w.pass(300);
  const { position } = s.node.tail;
  const read = w.store.read.bind(w.store);
  w.store.read = async function* (...about: Parameters<typeof read>) {
    for await (const event of read(...about))
      if (comparePositions(event.position, position) <= 0) yield event;
  };
  w.store.staleMs = 6_000;
  w.store.mute();
  const other = await w.server('s2', w.otherStore());
  await other.do(to.register('b', { incarnation: inc('b', 2), ready: true }));
  const beat = { group: 'g', runner: 'b', incarnation: inc('b', 2), sequence: 1 };
  const answer = Promise.resolve(s.presence.reception.hear(beat)).then(
    ({ role }) => role,
    ({ code }: { code: string }) => code,
  );
  await w.pass(3_000);
  expect(await answer).toBe('store-unavailable');
  expect(await other.presence.reception.hear(beat)).not.toMatchObject({ role: 'superseded' });
});
