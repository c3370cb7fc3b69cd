import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeAppends } from '@conclave/event-store';
import { until } from '@conclave/processes';
import { settings, World } from '../../spec/node.fixture.js';

// Before a log that was put in the place of another one, while it is being read.

let worlds: World[];
let folder: string;
const fileOf = (kind: string) => join(folder, kind);
const world = async () => {
  const opened = await World.open();
  worlds.push(opened);
  return opened;
};
beforeEach(() => {
  worlds = [];
  folder = mkdtempSync(join(tmpdir(), 'conclave-half-read-'));
});
afterEach(async () => {
  await Promise.all(worlds.map(async (w) => w.close()));
  rmSync(folder, { recursive: true });
});

/** A copy of which a reader gets no more than so many events until `read` is called. */
async function slowCopy(from: World, stops: number) {
  const w = await world();
  for (const stream of ['keys', 'group-g'])
    for await (const { events } of wholeAppends(from.store.read(stream)))
      await w.store.append(stream, events[0]!.version - 1, events);
  const { promise: all, resolve: read } = Promise.withResolvers<void>();
  const subscribe = w.store.subscribe.bind(w.store);
  w.store.subscribe = async function* (...asked) {
    let left = stops;
    for await (const item of subscribe(...asked)) {
      if (left-- === 0) await all;
      yield item;
    }
  };
  return { w, read };
}

it('what is lost is told when the log is read: half of it lacks what is not lost', async () => {
  const before = await world();
  const s1 = await before.server('s1', before.store, fileOf);
  await before.ledPair(s1);
  const copied = await slowCopy(before, 3);
  await s1.do(settings({ leaseMs: 2_000 }));
  const { version } = s1.groups.get('g')!;
  s1.node.review.leave('the log ends before what was read');
  await s1.leave();
  const { w, read } = copied;
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
