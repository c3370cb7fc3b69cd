import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StoreError, StoreUnavailable } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { to } from '@conclave/testing';
import { FORMAT } from '../../src/snapshots/snapshot.js';
import { SnapshotUnusable } from '../../src/snapshots/snapshots.js';
import { World } from '../node.fixture.js';
import { minutesOf, shelved, Shelves } from './shelves.fixture.js';

let s: Shelves;
let w: World;
let shelf: Shelves['shelf'];
beforeEach(async () => {
  s = await Shelves.open();
  ({ w, shelf } = s);
});
afterEach(async () => s.close());

it('a server with an empty disk begins where another one was, and knows all that it knew', async () => {
  const one = await s.first();
  await one.do(to.taint('b'));
  const { server: two, from } = await s.start('s2');
  expect(from).toEqual([shelf.kept!.shelved.position]);
  expect(two.groups.get('g')).toEqual(one.groups.get('g'));
  // the lease table came with it: what was said is not said again, and the term goes on
  await expect(two.beat('a', 1, 1)).rejects.toMatchObject({ code: 'beat-stale' });
  expect(await two.beat('a', 2, 1)).toMatchObject({ role: 'leader', term: 1, leaseMs: 1_500 });
  expect([...two.problems, ...two.defects]).toEqual([]);
});

it('with one of its own it begins there, and takes none', async () => {
  const one = await s.first();
  await one.do(to.taint('b'));
  const { position } = (await one.node['snapshots'].save())!;
  await one.stop();
  const { from } = await s.start('s1');
  expect(from).toEqual([position]);
});

it('one of another log is left aside, and keeps no server from serving this one', async () => {
  await s.first();
  const other = await World.open();
  const two = await other.server('s2', shelved(other.otherStore(), shelf), s.filesOf('s2'));
  expect(two.groups.get('g')).toBeUndefined();
  expect(two.problems).toEqual([expect.stringContaining('it is of another log')]);
  expect(two.node.known.isBroken).toBe(false);
  await other.close();
});

const gone = new StoreError('stream-deleted', 'deleted by hand');
const cut = (): void => void (shelf.kept!.bytes = shelf.kept!.bytes.subarray(0, 100));

it.each<[string, () => void, string]>([
  [
    'may not be read',
    () => (shelf.error = new StoreError('append-too-large', 'denied')),
    '(this start takes longer): denied',
  ],
  [
    'does not come',
    () => (shelf.bytesError = new StoreUnavailable('slow')),
    '(this start takes longer): slow',
  ],
  ['is cut off', cut, 'unexpected end of file'],
  ['is no snapshot', () => (shelf.kept!.bytes = gzipSync('odd')), 'is damaged, or of another version'],
  ['says nothing of its log', () => (shelf.kept!.shelved.about = {}), 'what it says of itself'],
  ['names nothing of it', () => shelf.say({ anchors: [] }), 'what it says of itself'],
])('one that %s costs only time', async (_, damage, told) => {
  const one = await s.first();
  damage();
  const { server: two, from } = await s.start('s2');
  expect(from).toEqual(['0']);
  expect(two.groups.get('g')).toEqual(one.groups.get('g'));
  expect(two.problems).toEqual([expect.stringContaining(told)]);
  expect(existsSync(s.filesOf('s2')('snapshot'))).toBe(false);
});

it('where nothing stands any more of what it was taken of, it is of another log', async () => {
  await s.first();
  const store = s.store();
  const read = store.read.bind(store);
  const isOf = ({ stream }: { stream: string }, asked: string): boolean => stream === asked;
  const { anchors } = shelf.kept!.shelved.about as { anchors: { stream: string }[] };
  store.read = (...asked) => {
    if (anchors.some((anchor) => isOf(anchor, asked[0]))) throw gone;
    return read(...asked);
  };
  const { server: two, from } = await s.start('s2', store);
  expect(from).toEqual(['0']);
  expect(two.problems).toEqual([expect.stringContaining('nothing stands there of what it was taken of')]);
});

it('one that cannot be used is not taken again by the start that follows', async () => {
  await s.first();
  const [store, file] = [s.store(), s.filesOf('s2')('snapshot')];
  const failing = w.servers.prepare(store, w.clock, 's2', s.filesOf('s2'));
  Object.assign(failing.node['snapshots']['folds'], { groups: { restore: () => JSON.parse('{') as never } });
  await failing.node.start();
  await until('it has failed', () => failing.node.tail.failure !== null);
  expect(failing.node.tail.failure).toBeInstanceOf(SnapshotUnusable);
  expect([failing.node.worthless, store.from]).toEqual([failing.node.tail.failure!.message, []]);
  expect(statSync(file).size).toBe(0);
  await failing.stop();
  const { from } = await s.start('s2');
  expect(from).toEqual(['0']);
  expect(existsSync(file)).toBe(false);
});

it('where the store is away at the start, it is taken when the store is there', async () => {
  const one = await s.first();
  const store = s.store();
  store.cut();
  shelf.error = new StoreUnavailable('away');
  const two = w.servers.begin(store, w.clock, 's2', s.filesOf('s2'));
  const warmed = two.node.warm();
  await until('it has looked', () => two.node.tail.interruption !== null);
  await w.pass(500);
  expect(two.node.health.reasonsNotReady()).toContainEqual(
    expect.stringContaining('the store is not reachable'),
  );
  [store.isDown, shelf.error] = [false, null];
  await until('it serves', async () => {
    await w.pass(50);
    return two.node.tail.isCaughtUp;
  });
  expect(store.from).toEqual([shelf.kept!.shelved.position]);
  expect(two.groups.get('g')).toEqual(one.groups.get('g'));
  await warmed;
  expect(two.node.history['indexes'].has('g')).toBe(true); // of its past, though that was not read
});

it('a full or unwritable disk costs only time, and tells nothing of the one in the store', async () => {
  await s.first();
  const blocked = join(dirname(s.filesOf('s2')('snapshot')), 'file');
  writeFileSync(blocked, '');
  const store = s.store();
  const two = await w.server('s2', store, (kind) =>
    kind === 'snapshot' ? join(blocked, kind) : s.filesOf('s2')(kind),
  );
  expect(store.from).toEqual(['0']);
  expect(two.problems[0]).toContain('no snapshot could be taken from the store');
  expect(readFileSync(blocked, 'utf8')).toBe('');
  expect(two.node['shared']['start'].useless).toBeNull();
});

it('one of a newer form is left to newer servers, and not replaced before it is due', async () => {
  await s.first();
  shelf.say({ format: FORMAT + 1 });
  shelf.due = false;
  const { server: two, from } = await s.start('s2');
  expect([from, two.problems]).toEqual([['0'], []]);
  await minutesOf(two, 3);
  expect(shelf.puts).toBe(1);
});

it('where the store answers, and the stream of snapshots alone does not, the log is read', async () => {
  await s.first();
  shelf.error = new StoreUnavailable('no answer');
  const { server: two, from } = await s.start('s2');
  expect([from, two.problems.at(-1)]).toEqual([['0'], expect.stringContaining('taken from the store')]);
});

it('one that is not what it says of itself is not restored, nor taken for its own by the next start', async () => {
  const one = await s.first();
  await one.do(to.taint('b'));
  const { position } = shelf.kept!.shelved;
  await minutesOf(one, 4);
  shelf.kept!.shelved.position = position;
  const { server: two, from } = await s.start('s2');
  expect([from, two.node['shared']['start'].useless]).toEqual([['0'], position]);
  expect(two.groups.get('g')).toEqual(one.groups.get('g'));
  expect(existsSync(s.filesOf('s2')('snapshot'))).toBe(false);
});

it('where its own cannot even be looked at, it reads the log', async () => {
  const one = await s.first();
  const circle = join(dirname(s.filesOf('s2')('snapshot')), 'circle');
  symlinkSync(circle, circle);
  const store = s.store();
  const two = await w.server('s2', store, (kind) => (kind === 'snapshot' ? circle : s.filesOf('s2')(kind)));
  expect(store.from).toEqual(['0']);
  expect(two.groups.get('g')).toEqual(one.groups.get('g'));
});
