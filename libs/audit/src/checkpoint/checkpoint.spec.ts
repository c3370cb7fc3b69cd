import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder, leafOf, rootOfMarks } from './checkpoint.js';
import { MarksAt, whyNotExtended } from './marks-at.js';
import { EMPTY_ROOT, leafHash, pathInSlices, pathOf, rootFrom, rootInSlices, rootOf } from './merkle.js';

describe('Merkle tree (RFC 6962)', () => {
  // the test vectors of Certificate Transparency
  const INPUTS = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const leaf = (hex: string) => leafHash(Buffer.from(hex, 'hex').toString('latin1'));
  it('has the roots of the vectors', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    const roots = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => rootOf(INPUTS.slice(0, n).map(leaf)).toString('hex'));
    expect([roots[0], roots[1], roots[7]]).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });
  it('in slices it is the same', async () => {
    const leaves = Array.from({ length: 1_030 }, (_, n) => leafHash(`leaf ${n}`));
    for (const size of [0, 1, 255, 256, 257, 511, 512, 513, 768, 1_024, 1_030]) {
      const some = leaves.slice(0, size);
      expect(await rootInSlices(some, async () => undefined)).toEqual(rootOf(some));
      for (const index of [0, 1, 255, 256, 300, 511, 767, 1_023, 1_024, 1_029].filter((n) => n < size))
        expect(await pathInSlices(some, index, async () => undefined)).toEqual(pathOf(some, index));
    }
  });
  it('every leaf has a path to the root, and no other leaf or place has', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 40 }), fc.nat(), (texts, n) => {
        const leaves = texts.map((text, i) => leafHash(`${i} ${text}`));
        const index = n % leaves.length;
        const path = pathOf(leaves, index);
        const root = rootOf(leaves);
        expect(rootFrom(leaves[index]!, index, leaves.length, path)).toEqual(root);
        expect(rootFrom(leafHash('another'), index, leaves.length, path)).not.toEqual(root);
        expect(rootFrom(leaves[index]!, index, leaves.length, [...path, root])).toBeNull();
      }),
    );
  });
});

describe('checkpoint', () => {
  const log = ['a 1', 'b 1', 'a 2', 'c 1', 'b 2', 'a 3'].map((text) => {
    const [group, version] = text.split(' ') as [string, string];
    return { group, version: Number(version), head: `hash of ${text}` };
  });
  const marksAt = (events: typeof log, upTo: number) => {
    const marks = new MarksAt();
    for (const { group, version, head } of events.slice(0, upTo)) marks.take(group, version, head);
    return marks;
  };
  const marksOf = (events: typeof log) => [...new Map(events.map((one) => [one.group, one])).values()];
  const all = marksOf(log.slice(0, 4));
  const signed = {
    checkpoint: 1 as const,
    at: '2026-11-24T12:00:00.000Z',
    events: 4,
    groups: 3,
    root: rootOfMarks(all),
    instance: 'i',
  };
  const judged = (events: typeof log) => whyNotExtended(signed, marksAt(events, signed.events));

  it('a log that goes on from it', () => {
    expect(judged(log)).toBeNull();
    expect(judged(log.slice(0, 4))).toBeNull();
    expect(inOrder(all).map(leafOf)).toHaveLength(3);
  });
  it('many of one log are held against it while it is read, each with the root of its own moment', () => {
    const marks = new MarksAt();
    for (const [n, { group, version, head }] of log.entries()) {
      marks.take(group, version, head);
      const then = marksOf(log.slice(0, n + 1));
      const [events, groups, root] = [n + 1, then.length, rootOfMarks(then)];
      expect(whyNotExtended({ ...signed, events, groups, root }, marks)).toBeNull();
    }
  });
  it.each<[string, (events: typeof log) => typeof log, RegExp]>([
    ['a dropped tail', (l) => l.slice(0, 3), /its end was dropped/],
    ['a dropped group', (l) => l.filter(({ group }) => group !== 'c'), /a group was dropped or put in/],
    ['a changed event', (l) => l.map((e, n) => (n === 2 ? { ...e, head: 'x' } : e)), /its past was changed/],
    ['a new group in the past', (l) => [{ group: 'z', version: 1, head: 'z' }, ...l], /.*/],
    ['another order of groups', (l) => [l[0]!, l[1]!, l[3]!, l[4]!, l[2]!, l[5]!], /its past was changed/],
  ])('finds %s', (_, edit, why) => expect(judged(edit(log))).toMatch(why));
});
