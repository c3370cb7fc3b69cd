import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { register, World, type Server } from '../../spec/node.fixture.js';
import type { Mark } from '../log/marks.js';
import { Disputes } from './disputes.js';

// A server works on a log of which another one says in it that it knew more, or something else (G1, G2).

let w: World;
let s: Server;
let left: string[];
beforeEach(async () => {
  w = await World.open();
  s = await w.server('s1', w.store);
  await s.do(register('a'));
  await s.do(register('b'));
  left = [];
  s.node.onWorthless = (why) => left.push(why);
});
afterEach(async () => w.close());

const told = async (group: string, mark: Partial<Mark>): Promise<void> => {
  const { version, term } = s.groups.get('g')!;
  const known = { version, term, hash: s.groups.head('g')!.hash, breaks: 0, leaseMs: 120_000 };
  await new Disputes(w.otherStore(), w.clock, 'other').tell([[group, { ...known, ...mark }]]);
  await w.pass(600);
};
/** What one that starts on this log finds. */
const found = async () => {
  const fresh = w.servers.begin(w.otherStore(), w.clock, 's2');
  await w.pass(600);
  return fresh.node.tail.isHeld ? fresh.node.review.report().groups.map(({ group }) => group) : 'works';
};

describe('a server that works', () => {
  it.each([
    ['a term of a group that is not here', 'other', {}],
    ['a later term', 'g', { term: 9 }],
    ['a later version', 'g', { version: 99 }],
    ['another event at that version', 'g', { hash: 'f'.repeat(64) }],
    ['another event in the middle', 'g', { version: 1, hash: 'f'.repeat(64) }],
  ])('stops when another one knew %s, and so does one that starts then', async (_, group, mark) => {
    await told(group, mark);
    expect(left).toEqual([
      expect.stringContaining(`another server knew more of this log, of group "${group}"`),
    ]);
    expect(await found()).toEqual([group]);
  });

  it('says nothing of its own log when it has stopped: what the other knew stays what is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-told-'));
    const fileOf = (kind: string) => join(folder, kind);
    await s.leave(); // its key stands in the log, so what it knows is of this one
    const before = await w.server('s3', w.otherStore(), fileOf);
    await before.do(register('c'));
    await told('g', { version: 1, hash: 'f'.repeat(64) });
    await before.leave();
    const again = w.servers.begin(w.otherStore(), w.clock, 's3', fileOf);
    await w.pass(1_000);
    expect(again.node.tail.isHeld).toBe(true);
    expect(await found()).toEqual(['g']);
    rmSync(folder, { recursive: true });
  });

  it('goes on when the other knew the same, or less, also as one that starts then', async () => {
    await told('g', {});
    expect(left).toEqual([]);
    expect(await found()).toBe('works');
  });

  it('goes on when what the other knew is accepted', async () => {
    const { version } = s.groups.get('g')!;
    await s.do({ type: 'AcceptLog', knownTerm: 9, knownVersion: version + 9, isSame: false });
    await told('g', { term: 9, version: version + 9, hash: 'f'.repeat(64) });
    expect(left).toEqual([]);
    expect(await found()).toBe('works');
    await told('g', { term: 10_000 }); // one that is late knew more still
    expect(left).toHaveLength(1);
  });
});
