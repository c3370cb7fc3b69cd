import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUuid } from '@conclave/kernel';
import { inc, until } from '@conclave/processes';
import { collect } from '@conclave/testing';
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
/** It may take a while on a slow machine. */
const passUntil = async (what: string, isSo: () => boolean) =>
  until(what, async () => {
    await w.pass(100);
    return isSo();
  });
/** What one that starts on this log finds. */
const found = async () => {
  const fresh = w.servers.begin(w.otherStore(), w.clock, 's2');
  const { tail, review } = fresh.node;
  await passUntil('it has looked', () => tail.isCaughtUp || review.report().state === 'replaced');
  return tail.isCaughtUp ? 'works' : review.report().groups.map(({ group }) => group);
};

const files = () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-told-'));
  return { folder, fileOf: (kind: string) => join(folder, kind) };
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
    await passUntil('it leaves', () => left.length > 0);
    expect(left).toEqual([
      expect.stringContaining(`another server knew more of this log, of group "${group}"`),
    ]);
    expect(await found()).toEqual([group]);
  });

  it.each([1, 9])(
    'says nothing of its own log when it has stopped: term %i is what the other knew',
    async (term) => {
      const { folder, fileOf } = files();
      await s.leave(); // its key stands in the log, so what it knows is of this one
      const before = await w.server('s3', w.otherStore(), fileOf);
      await before.do(register('c'));
      await told('g', { version: 1, hash: 'f'.repeat(64), term });
      await before.leave();
      const again = w.servers.begin(w.otherStore(), w.clock, 's3', fileOf);
      await passUntil('it is stopped', () => again.node.review.report().state === 'replaced');
      await w.pass(1_000);
      expect(await found()).toEqual(['g']);
      const said = (await collect(w.store.read('disputes'))).map(
        ({ data }) => (data as { instance: string }).instance,
      );
      expect(said).toEqual(['other']);
      rmSync(folder, { recursive: true });
    },
  );

  it('goes on when the other knew the same, or less, also as one that starts then', async () => {
    await told('g', {});
    expect(left).toEqual([]);
    expect(await found()).toBe('works');
  });

  it.each([{ term: Number.MAX_SAFE_INTEGER }, { version: 1e13 }])(
    'goes on when what is said is what nobody can ever have known: %j',
    async (mark) => {
      await told('g', mark);
      expect(left).toEqual([]);
      expect(await found()).toBe('works');
    },
  );

  it('a mark that is wrong takes no other along; no lease is longer than any ever was', async () => {
    const { version, term } = s.groups.get('g')!;
    const mark = { version, term, hash: null, breaks: 0, leaseMs: 9e15 };
    await new Disputes(w.otherStore(), w.clock, 'other').tell([
      ['x', { ...mark, version: -1 }],
      ['g', { ...mark, term: 9 }],
    ]);
    await passUntil('it leaves', () => left.length > 0);
    expect(left).toEqual([expect.stringContaining('of group "g" first')]);
    expect(s.node['records'].disputes.told).toEqual(
      new Map([['g', { ...mark, term: 9, leaseMs: 3_600_000 }]]),
    );
  });

  it('is worthless, also before anybody asks for that', async () => {
    const early = await w.server('s4', w.otherStore());
    await told('g', { term: 9 });
    await passUntil('it is told', () => early.node.worthless !== undefined);
    expect(early.node.worthless).toMatch(/another server knew more of this log/);
  });

  it('goes on when what the other knew is accepted', async () => {
    const { version } = s.groups.get('g')!;
    await s.do({ type: 'AcceptLog', knownTerm: 9, knownVersion: version + 9, isSame: false });
    await told('g', { term: 9, version: version + 9, hash: 'f'.repeat(64) });
    expect(left).toEqual([]);
    expect(await found()).toBe('works');
  });

  it('stops again when one that is late knew still more, and goes on when that is accepted, too: above all terms (G1)', async () => {
    const { folder, fileOf } = files();
    const before = await w.server('s3', w.otherStore(), fileOf);
    const { version } = before.groups.get('g')!;
    await before.do({ type: 'AcceptLog', knownTerm: 9, knownVersion: version + 9, isSame: false });
    await told('g', { term: 40, version: version + 40, hash: 'f'.repeat(64), breaks: 0 });
    await passUntil('it leaves', () => left.length > 0);
    expect(left).toHaveLength(1);
    await before.leave();
    await before.stop();
    const again = w.servers.begin(w.otherStore(), w.clock, 's3', fileOf);
    again.node.onWorthless = (why) => left.push(why);
    await passUntil('it is stopped', () => again.node.review.report().state === 'replaced');
    expect(again.node.review.report().groups).toMatchObject([{ group: 'g', known: { term: 40 } }]);
    again.node.review.accept({ by: 'operator:ana', reason: 'restored', correlationId: 'c' });
    await until('it goes on', async () => {
      await w.pass(5_000);
      return again.node.tail.isCaughtUp;
    });
    await w.pass(1_000);
    expect([left.length, again.groups.get('g')!.acceptedTerm]).toEqual([1, 40]);
    rmSync(folder, { recursive: true });
  });

  it('takes no notice of a group that is deleted, whatever else there is to look up', async () => {
    const leave = { type: 'DeregisterRunner' } as const;
    for (const runner of ['b', 'a']) await s.do({ ...leave, runner, incarnation: inc(runner) });
    await w.seal(s, { type: 'DeleteGroup', reason: 'gone' });
    const order = { actor: 'operator:ana', reason: 'gone', correlationId: 'c', requestHash: '' };
    const { position } = await s.repository.transact('h', register('x'), {
      ...order,
      commandId: randomUuid(),
    });
    await s.node.tail.reached(position, 5_000);
    const { version, term } = s.groups.get('h')!;
    const h = { version, term, hash: s.groups.head('h')!.hash, breaks: 0, leaseMs: 1_500 };
    const disputes = new Disputes(w.otherStore(), w.clock, 'other');
    await disputes.tell([
      ['h', h],
      ['g', { ...h, version: 99, term: 20 }],
    ]);
    await w.pass(600);
    expect(left).toEqual([]);
    expect(await found()).toBe('works');
  });
});
