import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SubscriptionDropped } from '@conclave/event-store';
import { inc, until } from '@conclave/processes';
import { anEvent } from '@conclave/testing';
import { readMarks } from '../src/log/marks.js';
import { register, settings, World } from './node.fixture.js';

let w: World;
let folder: string;
beforeEach(async () => {
  w = await World.open();
  folder = mkdtempSync(join(tmpdir(), 'conclave-proved-'));
});
afterEach(async () => {
  await w.close();
  rmSync(folder, { recursive: true });
});
const known = () => JSON.parse(readFileSync(join(folder, 'known'), 'utf8'));

it('a term that a certificate proved is not forgotten when the subscription is resumed while the server closes', async () => {
  // L13
  const fileOf = (kind: string) => join(folder, kind);
  const s = await w.server('s1', w.store, fileOf);
  await s.do(register('a'));
  // of the part of the log that was lost
  const grant = { term: 9, leaseMs: 15_000, heartbeatMs: 5_000 };
  const about = { group: 'g', runner: 'a', incarnation: inc('a') };
  const certificate = await s.node.certificates.of(about, grant, w.clock.wallMs());
  await until('its key stands in the log', () => s.node.keys.known.length > 0);
  const whys: string[] = [];
  s.node.onWorthless = (why) => {
    whys.push(why);
    s.node.drain(); // closing may take seconds, while requests run
  };
  const other = w.otherStore();
  const more = async (n: number) => other.append('elsewhere', n, [anEvent('T')]);
  expect(await s.node.tail.reached((await more(0)).position, 5_000)).toBe(true); // all that it wrote itself has come
  expect(await s.node.witness.testify('g', certificate)).toBe(true);
  expect([whys.length, known().groups.g.term]).toEqual([1, 9]);
  const { taken } = s.node.tail;
  w.store.breakAfter(1, new SubscriptionDropped('connection-lost', 'broke'));
  await more(1);
  await until('the subscription is resumed', () => w.store.signals.length === 2);
  await more(2);
  await until('both have come, and that it has caught up', () => s.node.tail.taken >= taken + 3);
  s.node.known.tick(w.clock.monotonicMs(), true); // what it knows is kept a moment after it has gone live
  expect(known()).toMatchObject({ broken: expect.stringContaining('term 9'), groups: { g: { term: 9 } } });
});

it('a longer lease is kept at once, as a term is: after a restore from before it nobody follows sooner', async () => {
  // G2
  const s = await w.server('s1', w.store, (kind) => join(folder, kind));
  await s.do(register('a'));
  s.node.known.tick(w.clock.monotonicMs(), true);
  await s.do(settings({ leaseMs: 60_000 }));
  await s.do(settings({ leaseMs: 5_000 })); // those of before may be out still
  expect(readMarks(join(folder, 'known'))!.groups.get('g')).toMatchObject({ term: 1, leaseMs: 60_000 });
});
