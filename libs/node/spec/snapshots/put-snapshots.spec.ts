import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { StoreUnusable } from '@conclave/event-store';
import { isoOf } from '@conclave/kernel';
import { to } from '@conclave/testing';
import { FORMAT } from '../../src/snapshots/snapshot.js';
import type { World } from '../node.fixture.js';
import { minutesOf, Shelves } from './shelves.fixture.js';

let s: Shelves;
let w: World;
let shelf: Shelves['shelf'];
beforeEach(async () => {
  s = await Shelves.open();
  ({ w, shelf } = s);
});
afterEach(async () => s.close());

it('a server puts its own there when it is due, looking once a minute; what goes wrong is told once', async () => {
  const { server: one } = await s.start('s1');
  await w.ledPair(one);
  await minutesOf(one, 1);
  expect(shelf.puts).toBe(0);
  await minutesOf(one, 3);
  expect(shelf.puts).toBe(2);
  shelf.due = false;
  await minutesOf(one, 6);
  expect(shelf.puts).toBe(2);
  shelf.error = new StoreUnusable('denied');
  await minutesOf(one, 9);
  expect(one.problems).toEqual([
    'no snapshot could be put into the store (servers with an empty disk take longer to start): denied',
  ]);
});

it.each<[string, () => void]>([
  ['damaged', () => (shelf.kept!.bytes = gzipSync('odd'))],
  ['no snapshot', () => (shelf.kept!.bytes = Buffer.from('odd'))],
  [
    'of another log',
    () => shelf.say({ anchors: [{ stream: 'group-g', version: 1, id: 'x', position: '1' }] }),
  ],
  ['of an older form', () => shelf.say({ format: FORMAT - 1 })],
  ['more than a day old', () => shelf.say({ at: isoOf(w.clock.wallMs() - 86_400_001) })],
])('one that is %s is replaced by whoever comes across it, due or not, once', async (_, damage) => {
  const one = await s.first();
  damage();
  shelf.due = false;
  const { server: two } = await s.start('s2');
  await minutesOf(two, 4);
  expect(shelf.puts).toBe(2);
  const { server: three, from } = await s.start('s3');
  expect(from).toEqual([shelf.kept!.shelved.position]);
  expect(three.groups.get('g')).toEqual(one.groups.get('g'));
});

it('what people are forgotten in goes from there first, and comes back from no server that has read less', async () => {
  const one = await s.first();
  const { server: two } = await s.start('s2');
  const snapshots = two.node['snapshots'];
  const older = (await snapshots.save())!;
  snapshots.save = async () => older; // as one that was written slowly
  await one.do(to.taint('b'));
  await w.seal(one);
  [shelf.error, shelf.due] = [new StoreUnusable('denied'), false];
  await w.pass(500);
  expect(one.problems).toEqual([expect.stringContaining('cannot be let go of, trying again: denied')]);
  for await (const { version } of w.store.read('group-g')) {
    expect(version).toBe(1); // nothing went before that
    break;
  }
  shelf.error = null;
  await w.pass(10_500);
  expect(shelf.kept).toBeNull();
  shelf.due = true;
  await minutesOf(two, 3);
  expect([shelf.kept, shelf.puts]).toEqual([null, 1]);
  await minutesOf(one, 4);
  expect(shelf.kept).not.toBeNull();
  await one.node['shared'].drop(shelf.kept!.shelved.position);
  expect(shelf.kept).not.toBeNull(); // it was taken of all that is read
});
