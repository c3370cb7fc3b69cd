import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@conclave/testing';
import { World, type Server } from '../../spec/node.fixture.js';

// Servers that knew of term 1, and a database in which nothing of it is left.

let worlds: World[];
let folder: string;
beforeEach(() => {
  worlds = [];
  folder = mkdtempSync(join(tmpdir(), 'conclave-empty-'));
});
afterEach(async () => {
  await Promise.all(worlds.map(async (w) => w.close()));
  rmSync(folder, { recursive: true });
});
const world = async () => {
  const opened = await World.open();
  worlds.push(opened);
  return opened;
};
const filesOf = (id: string) => (kind: string) => join(folder, `${id}.${kind}`);

async function knewOfTerm1(id: string): Promise<void> {
  const before = await world();
  const s = await before.server(id, before.store, filesOf(id));
  await before.ledPair(s);
  await s.leave();
}
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
  expect(fresh.node.review.report().groups).toMatchObject([
    { group: 'g', known: { term: 1 }, found: { term: 0 } },
  ]);
});

it('they say nothing in one that has keys of others: whoever works there is not to hear of it', async () => {
  await knewOfTerm1('s1');
  const w = await world();
  const other = await w.server('s3', w.store, filesOf('s3'));
  await other.leave();
  await stopped(w, 's1');
  await w.pass(500);
  for await (const event of w.store.read('disputes')) expect(event).toBeUndefined();
});
