import { expect, it } from '@jest/globals';
import { StoreUnavailable } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { collect, type FaultyStore } from '@conclave/testing';
import type { Server, World } from '../../spec/node.fixture.js';
import type { Mark } from '../log/marks.js';
import { Disputes } from './disputes.js';
import { filesOf, world } from './worlds.fixture.js';

// What a server knew and what others said that they knew, until somebody has accepted the log (G1).

const ACCEPTED = { by: 'operator:ana', reason: 'restored', correlationId: 'c' };
const OTHER = 'f'.repeat(64);

/** A log in which "a" leads group "g", of which nobody works any more. */
async function led(): Promise<{ w: World; mark: Mark }> {
  const w = await world();
  const s = await w.server('s1', w.store);
  await w.ledPair(s);
  const { version, term } = s.groups.get('g')!;
  const { hash } = s.groups.head('g')!;
  await s.stop();
  return { w, mark: { version, term, hash, breaks: 0, leaseMs: 1_500 } };
}
const say = async (w: World, ...marks: [string, Mark][]) =>
  new Disputes(w.otherStore(), w.clock, 'another').tell(marks);
const begin = (w: World, id: string, store: FaultyStore = w.otherStore()): Server =>
  w.servers.begin(store, w.clock, id, filesOf(id));
const held = async (w: World, s: Server): Promise<void> => {
  await until('it is stopped', async () => {
    await w.pass(100);
    return s.node.review.report().state === 'replaced';
  });
};
/** The same store, with something that is done when the event of group "g" is looked up that was known. */
function looking({ w, mark }: { w: World; mark: Mark }, act: () => Promise<void>): FaultyStore {
  const store = w.otherStore();
  const read = store.read.bind(store);
  store.read = async function* (stream, from) {
    if (stream === 'group-g' && from === mark.version) await act();
    yield* read(stream, from);
  };
  return store;
}

it('nothing is carried out as long as one group cannot be looked up: it may be different, too', async () => {
  const log = await led();
  const { w, mark } = log;
  await say(w, ['g', { ...mark, hash: OTHER }], ['lost', mark]);
  let isAway = true;
  const act = async () => {
    if (isAway) throw new StoreUnavailable('not now');
  };
  const s = begin(w, 's2', looking(log, act));
  await held(w, s);
  s.node.review.accept(ACCEPTED);
  await w.pass(4_000);
  expect((await collect(w.store.read('group-g'))).length).toBe(mark.version);
  isAway = false;
  await until('it is carried out', async () => {
    await w.pass(1_000);
    return s.node.tail.isCaughtUp;
  });
  const since = (await collect(w.store.read('group-g'))).slice(mark.version).map(({ type }) => type);
  expect(since.slice(0, 2)).toEqual(['LogAccepted', 'LeadershipRevoked']); // others have led after it
});

it('what is said while the rest is looked up is looked up first', async () => {
  const log = await led();
  const { w, mark } = log;
  await say(w, ['g', mark]);
  let s: Server | null = null;
  const act = async () => {
    if (s!.node.records.disputes.heard > 1) return;
    await say(w, ['g', { ...mark, version: 1, hash: OTHER, breaks: 1 }]);
    await until('it is read', () => s!.node.records.disputes.heard > 1);
  };
  s = begin(w, 's2', looking(log, act));
  await held(w, s);
  await w.pass(1_000);
  expect(s.node.tail.isCaughtUp).toBe(false);
  expect(s.node.review.report().groups).toMatchObject([{ group: 'g' }]);
});

it('what others said is kept: another copy may be put in the place of this one, and they may be gone', async () => {
  const { w, mark } = await led();
  await say(w, ['g', { ...mark, version: mark.version + 9, term: 9, hash: OTHER }]);
  const before = begin(w, 's2');
  await held(w, before);
  before.node.review.leave('another copy was put in its place');
  await before.node.tail.stop();
  const again = await led();
  const s = begin(again.w, 's2');
  await held(again.w, s);
  await until('what is there is found', async () => {
    await again.w.pass(100);
    return s.node.review.report().groups[0]?.found?.term === 1; // it may have heard of the other one before it has read this
  });
  expect(s.node.review.report().groups).toMatchObject([{ group: 'g', known: { term: 9 } }]);
  s.node.review.accept(ACCEPTED);
  await until('it goes on', async () => {
    await again.w.pass(1_000);
    return s.node.tail.isCaughtUp;
  });
  expect(s.groups.get('g')!.acceptedTerm).toBe(9);
});
