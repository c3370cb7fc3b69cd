import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { inc, until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { LogReview } from '../src/review/review.js';
import { copied, fileOf, filesOf, world } from '../src/review/worlds.fixture.js';
import { register, settings, type Server, type World } from './node.fixture.js';

// A log that was restored: what came after the copy is lost, and the servers were told so by an operator (docs/restore.md).

const ACCEPTED = { by: 'operator:ana', reason: 'restored', correlationId: 'c' };
/** A server that knew of term 1, on an empty log. */
async function stopped(): Promise<{ w: World; s: Server }> {
  const before = await world();
  const known = await before.server('s1', before.store, fileOf);
  await before.ledPair(known);
  await known.node['snapshots'].save();
  await known.node.tail.stop();
  known.node.known.tick(before.clock.monotonicMs(), true);
  const w = await world();
  return { w, s: await held(w) };
}
async function held(w: World, id = 's1', files = fileOf): Promise<Server> {
  const s = w.servers.begin(w.store, w.clock, id, files);
  await until('it is stopped', () => s.node.tail.isHeld);
  return s;
}

describe('a server that stands before a restored log', () => {
  it('goes on once it is accepted, when no lease of the lost log can be out, and does not stop again at its snapshot', async () => {
    const { w, s } = await stopped();
    const heldMs = w.clock.monotonicMs();
    await w.pass(200);
    s.node.review.accept(ACCEPTED);
    await until('it goes on', async () => {
      await w.pass(500);
      return s.node.tail.isCaughtUp;
    });
    expect(w.clock.monotonicMs() - heldMs).toBeGreaterThanOrEqual(1_500); // what was granted
    expect(existsSync(fileOf('snapshot'))).toBe(false);
    await s.stop(); // as if it were killed: it has written no snapshot since
    const again = await w.server('s1', w.otherStore(), fileOf);
    expect(again.node.review.report()).toMatchObject({ state: 'known' });
  });

  it('an acceptance is of the log that was seen: of another one that is put in its place since it says nothing', async () => {
    const { w, s } = await stopped();
    const other = await w.server('s2', w.otherStore());
    await other.do(register('z'));
    await until('it is read', () => s.groups.get('g') != null);
    s.node.review.accept(ACCEPTED);
    await s.stop();
    const same = await held(w).then(async (server) => w.pass(1_000).then(() => server));
    expect(same.node.review.report()).toMatchObject({ accepted: { by: 'operator:ana' } });
    await same.stop();
    const older = await world();
    const late = await held(older);
    await older.pass(20_000);
    expect(late.node.review.report()).toMatchObject({ state: 'replaced', accepted: null });
  });

  it('asks for news anew when none comes: it may have been accepted elsewhere', async () => {
    const { w, s } = await stopped();
    expect(w.store.signals).toHaveLength(1);
    await w.pass(6_000);
    expect(s.node.tail.isHeld).toBe(true);
    expect(w.store.signals).toHaveLength(2);
  });
});

it('the wait for leases is told however many groups there are', () => {
  const known = { leaseMs: 15_000 };
  const states = Array.from({ length: 100_000 }, (_, n) => ({ state: { id: `g${n}`, settings: known } }));
  const kept = { groups: new Map(states.map(({ state }) => [state.id, known])), accepted: ACCEPTED };
  const review = new LogReview({
    known: { kept, all: kept.groups, why: () => 'another', digest: () => 'd', differences: () => [] },
    groups: { all: () => states.values() },
    clock: { monotonicMs: () => 0 },
    maxDrift: 0.01,
    tail: () => ({ isHeld: true }),
    records: { disputes: { told: new Map(), heard: 0 } },
  } as never);
  expect(review.report()).toMatchObject({ state: 'replaced', accepted: { waitMs: 15_150 } });
});

describe('in a group whose log was restored', () => {
  const hear = async (s: Server, process: string, sequence: number) =>
    s.presence.reception.hear({ group: 'g', runner: 'a', incarnation: inc(process), sequence });
  const sink = { send: () => undefined, end: () => undefined };

  it('a process that the log does not know may be newer than the one that it knows: it registers, nobody sends it away', async () => {
    // L8
    const w = await world();
    const s = await w.server();
    await s.do(settings({ leaseMs: 1_500 }));
    await s.do(to.register('a', { incarnation: inc('old'), ready: true }));
    expect(await hear(s, 'new', 1)).toMatchObject({ role: 'superseded' });
    await s.do({ type: 'AcceptLog', knownTerm: 5, knownVersion: 12, isSame: false });
    const unknown = {
      code: 'runner-unknown',
      message: expect.stringContaining('a part of its log was lost'),
    };
    await expect(hear(s, 'new', 2)).rejects.toMatchObject(unknown);
    const about = { group: 'g', runner: 'a', incarnation: inc('new') };
    await expect(s.presence.openSession(about, sink)).rejects.toMatchObject(unknown);
    await s.do(to.register('a', { incarnation: inc('new'), ready: true }));
    expect(await hear(s, 'new', 3)).toMatchObject({ role: expect.stringMatching(/leader|standby/) });
    expect(await hear(s, 'old', 1)).toMatchObject({ role: 'superseded' });
  });
});

describe('a backup in a store of another name', () => {
  it('is known by what lies beside it under the old name: terms that it has lost are not given again', async () => {
    const before = await world();
    const s = await before.server('s1', before.store, filesOf('old'));
    await before.ledPair(s);
    const { version } = s.groups.get('g')!;
    await s.do(to.release('a', 1));
    await s.leave();
    const w = await copied(before, version);
    const late = await held(w, 's1', filesOf('new'));
    await w.pass(200);
    expect(late.node.review.report()).toMatchObject({
      state: 'replaced',
      groups: [{ group: 'g', known: { term: 2 }, found: { term: 1 } }],
    });
    expect(late.problems.join()).toContain('old.known');
  });
});

describe('servers that stand before one restored log', () => {
  const told = (s: Server) => s.node.review.report().groups.map(({ known }) => known.term);

  it('tell each other in it what they knew: wherever it is accepted, no term comes again', async () => {
    // G1
    const before = await world();
    const knowsMore = await before.server('s1', before.store, filesOf('s1'));
    const knowsLess = await before.server('s2', before.otherStore(), filesOf('s2'));
    await before.ledPair(knowsMore);
    await until('both know of term 1', () => knowsLess.leadership?.term === 1);
    await knowsLess.leave();
    await knowsMore.do(to.release('a', 1));
    expect(knowsMore.leadership?.term).toBe(2);
    await knowsMore.leave();
    const w = await copied(before, 1);
    const s2 = await held(w, 's2', filesOf('s2'));
    expect(told(s2)).toEqual([1]);
    const s1 = w.servers.begin(w.otherStore(), w.clock, 's1', filesOf('s1'));
    const everyKnows = async (...all: Server[]) =>
      until('each knows what all of them knew', async () => {
        await w.pass(250);
        return all.every((s) => told(s).includes(2));
      });
    await everyKnows(s1, s2);
    const s3 = w.servers.begin(w.otherStore(), w.clock, 's3', filesOf('s3')); // remembers nothing, but reads of it
    await everyKnows(s3);
    s3.node.review.accept(ACCEPTED);
    await until('all go on', async () => {
      await w.pass(250);
      return [s1, s2, s3].every((s) => s.node.tail.isCaughtUp);
    });
    await s2.do(register('a'));
    expect(s2.leadership?.term).toBe(3);
  });
});

/** Whoever reads it gets no more than so many events until what this gives is called. */
function slowed({ store }: World, stops: number): () => void {
  const { promise: all, resolve: read } = Promise.withResolvers<void>();
  const subscribe = store.subscribe.bind(store);
  store.subscribe = async function* (...asked) {
    let left = stops;
    for await (const item of subscribe(...asked)) {
      if (left-- === 0) await all;
      yield item;
    }
  };
  return read;
}

it('what is lost is told when the log is read: half of it lacks what is not lost', async () => {
  const before = await world();
  const s1 = await before.server('s1', before.store, fileOf);
  await before.ledPair(s1);
  const w = await copied(before, Infinity);
  const read = slowed(w, 3);
  await s1.do(settings({ leaseMs: 2_000 }));
  const { version } = s1.groups.get('g')!;
  s1.node.review.leave('the log ends before what was read');
  await s1.leave();
  const s = w.servers.begin(w.store, w.clock, 's1', fileOf);
  await until('it has read a part of the group', () => s.groups.get('g') != null);
  expect(s.node.review.report()).toMatchObject({ state: 'replaced', digest: null, groups: [] });
  read();
  await until('it is read', () => s.node.tail.isHeld);
  expect(s.node.review.report()).toMatchObject({
    digest: expect.any(String),
    groups: [{ group: 'g', known: { version }, found: { version: version - 1 } }],
  });
});
