import { expect, it } from '@jest/globals';
import { StoreError } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { settings, type Server, type World } from '../../spec/node.fixture.js';
import { filesOf, world } from './worlds.fixture.js';

// Servers that knew of term 1, and a database in which nothing of it is left.

async function knewOfTerm1(
  id: string,
  foundOut: (s: Server, w: World) => unknown = () => undefined,
): Promise<void> {
  const before = await world();
  const s = await before.server(id, before.store, filesOf(id));
  await before.ledPair(s);
  await foundOut(s, before);
  await s.leave();
}
/** As it worked: its log is not there any more. */
const lost = (s: Server): void => s.node.review.leave('the log ends before what was read');
async function stopped(w: World, id: string): Promise<Server> {
  const s = w.servers.begin(w.otherStore(), w.clock, id, filesOf(id));
  await until('it is stopped', () => s.node.tail.isHeld);
  return s;
}

it('they say in it what they knew: a new server must not begin terms again that are out (G1, G2)', async () => {
  await knewOfTerm1('s1');
  const w = await world();
  await stopped(w, 's1');
  await w.pass(500);
  const fresh = await stopped(w, 's2');
  await until('it has looked', async () => {
    await w.pass(100);
    return fresh.node.review.report().state === 'replaced';
  });
  expect(fresh.node.review.report().groups).toMatchObject([
    { group: 'g', known: { term: 1 }, found: { term: 0 } },
  ]);
});

it('they say nothing in one that has keys of others: whoever works there is not to hear of it', async () => {
  await knewOfTerm1('s1');
  const w = await world();
  const other = await w.server('s3', w.store, filesOf('s3'));
  await other.leave();
  const s = await stopped(w, 's1');
  await w.pass(500);
  for await (const event of w.store.read('disputes')) expect(event).toBeUndefined();
  const silent = 'Servers that work on this log are not told of it'; // and people are
  expect(s.defects).toEqual([
    expect.stringMatching(`decided by this server until somebody has looked.*${silent}`),
  ]);
});

it('one that worked when it was emptied tells those who have begun in it since, and they stop (G1, G2)', async () => {
  await knewOfTerm1('s1', lost);
  const w = await world();
  const other = await w.server('s3', w.store, filesOf('s3'));
  const left: string[] = [];
  other.node.onWorthless = (why) => left.push(why);
  await w.ledPair(other);
  await stopped(w, 's1');
  await until('it is told', async () => {
    await w.pass(500);
    return left.length > 0;
  });
  expect(left).toEqual([expect.stringContaining('another server knew more of this log, of group "g"')]);
});

it('it says nothing in one that was there before its own ended', async () => {
  await knewOfTerm1('s1', async (s, before) => {
    await before.pass(120_000);
    await s.do(settings({ leaseMs: 2_000 }));
    lost(s);
  });
  const w = await world();
  const other = await w.server('s3', w.store, filesOf('s3'));
  await w.ledPair(other);
  await stopped(w, 's1');
  await w.pass(1_000);
  for await (const event of w.store.read('disputes')) expect(event).toBeUndefined();
});

it('who cannot say it, since somebody has deleted the stream, goes on when it is accepted, above what was known', async () => {
  await knewOfTerm1('s1');
  const w = await world();
  const store = w.otherStore();
  const publish = store.publish.bind(store);
  store.publish = async (stream, event) => {
    if (stream === 'disputes') throw new StoreError('stream-deleted', 'it was deleted by hand.');
    await publish(stream, event);
  };
  const s = w.servers.begin(store, w.clock, 's1', filesOf('s1'));
  await until('it is stopped', () => s.node.review.report().state === 'replaced');
  s.node.review.accept({ by: 'operator:ana', reason: 'emptied', correlationId: 'c' });
  await until('it goes on', async () => {
    await w.pass(1_000);
    return s.node.tail.isCaughtUp;
  });
  expect(s.groups.get('g')!.acceptedTerm).toBe(1);
  const mute = s.defects.filter((said) => String(said).startsWith('the other servers cannot be told'));
  expect(mute).toEqual([expect.stringContaining('it was deleted by hand.')]);
});
