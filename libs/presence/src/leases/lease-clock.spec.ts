import { describe, expect, it } from '@jest/globals';
import type { GroupState } from '@conclave/election';
import { LeaseClock } from '@conclave/presence';
import type { FirstGrant } from './first-grants.js';

describe('lease clock (L4)', () => {
  it('a term without valid beat may end two heartbeats after it was read', () => {
    const clock = new LeaseClock(0.01);
    clock.termBegan('g', 1, 5_000, 1_000, null);
    expect([...clock.due(10_999)]).toEqual([]);
    expect([...clock.due(11_000)]).toMatchObject([{ group: 'g', term: 1 }]);
  });
  it('but not within a second: a slow network must be able to bring a beat', () => {
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 50, 1_000, null);
    expect([[...clock.due(1_999)].length, [...clock.due(2_000)].length]).toEqual([0, 1]);
  });
  it('takes the maximum over all grants: a shortened lease cuts nothing given before', () => {
    // G2
    const clock = new LeaseClock(0.01);
    clock.termBegan('g', 1, 5_000, 0, null);
    clock.validBeat('g', 15_000, 1_000);
    clock.validBeat('g', 500, 2_000);
    expect([...clock.due(1_000 + 15_150 + 50 - 1)]).toEqual([]);
    expect([...clock.due(1_000 + 15_150 + 50)]).toHaveLength(1);
  });
  it('says how long a lease goes on, and how long at the most where its leader was told to stop', () => {
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 5_000, 0, null);
    clock.validBeat('g', 600_000, 1_000);
    clock.validBeat('g', 3_000, 2_000);
    clock.revoked('g', 50_000);
    const settings = { drainMs: 700_000, leaseMs: 3_000 } as GroupState['settings'];
    const most = (nowMs: number) => clock.mostLeftMs('g', settings, { nowMs, hearingMs: nowMs });
    expect([clock.leftMs('g', 51_000), clock.leftMs('g', 700_000), clock.leftMs('nope', 0)]).toEqual([
      550_050,
      0,
      null,
    ]);
    expect([most(50_000), most(740_000), most(750_000)]).toEqual([703_050, 13_050, 0]);
    expect(clock.mostLeftMs('g', { ...settings, drainMs: 5_000 }, { nowMs: 51_000, hearingMs: 51_000 })).toBe(
      550_050,
    ); // what was granted before the lease was shortened
  });
  it('waits for no first beat any more when one was valid, but for what the news of the election grants', () => {
    const at = (hearingMs: number) => ({ readAt: { nowMs: hearingMs, hearingMs }, leaseMs: 490 });
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 100, 0, at(-200) as FirstGrant);
    clock.validBeat('g', 500, 50);
    clock.termBegan('h', 1, 100, 0, at(100) as FirstGrant); // read later than it was granted
    clock.validBeat('h', 500, 50);
    clock.termBegan('i', 1, 100, 0, null); // perhaps it grants as much as a first beat is waited for
    clock.validBeat('i', 500, 50);
    const due = (hearingMs: number) => [...clock.due(hearingMs)].map(({ group }) => group);
    expect([due(599), due(600)]).toEqual([[], ['g']]);
    expect([due(639), due(640)]).toEqual([['g'], ['g', 'h']]);
    expect([due(999), due(1_000)]).toEqual([
      ['g', 'h'],
      ['g', 'h', 'i'],
    ]);
  });
  it('repeats a lost announcement after a second, forgets an ended term', () => {
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 50, 0, null);
    clock.announced('g', 1_000);
    expect([[...clock.due(1_999)].length, [...clock.due(2_000)].length]).toEqual([0, 1]);
    clock.termEnded('g');
    expect([...clock.due(9_999)]).toEqual([]);
  });
  it('says no more of a term whose lease is over in the log, and is not near it', () => {
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 50, 0, null);
    clock.termBegan('h', 1, 50, 0, null);
    clock.isOver('g');
    expect([...clock.due(2_000)]).toMatchObject([{ group: 'h' }]);
    clock.isOver('h');
    expect([[...clock.due(9_999)], clock.isNear(9_999), clock.nextInMs(900, 500)]).toEqual([[], false, null]);
    clock.termBegan('g', 2, 50, 10_000, null);
    expect([...clock.due(11_000)]).toMatchObject([{ group: 'g', term: 2 }]);
  });
  it('of a crowd it looks at five thousand in one call, in turn: those that must wait hide nobody', () => {
    const clock = new LeaseClock(0);
    for (let n = 0; n < 12_000; n++) clock.termBegan(`g${n}`, 1, 50, 0, null);
    const seen = new Set<string>();
    for (let call = 0; call < 10; call++) {
      const due = [...clock.due(2_000)];
      expect(due.length).toBeLessThanOrEqual(5_000);
      for (const { group } of due) seen.add(group);
    }
    expect(seen.size).toBe(12_000);
  });
  it('a restarted server gives every term the largest lease from now', () => {
    const clock = new LeaseClock(0);
    clock.termBegan('g', 1, 50, 0, null);
    clock.started('g', 10_000, 0);
    expect([[...clock.due(10_049)].length, [...clock.due(10_050)].length]).toEqual([0, 1]);
  });
  it('tells the next deadline, of those that have not come', () => {
    const clock = new LeaseClock(0);
    for (const [group, leaseMs] of Object.entries({ a: 900, b: 1_000, c: 1_020, d: 1_300 })) {
      clock.termBegan(group, 1, 50, -1_000, null);
      clock.validBeat(group, leaseMs, 0);
    }
    expect(clock.nextInMs(900, 50)).toBe(50);
    expect(clock.nextInMs(899, 50)).toBeNull();
    expect(clock.nextInMs(950, 200)).toBe(100);
    expect(clock.nextInMs(1_069, 50)).toBe(1);
    expect(clock.nextInMs(1_070, 50)).toBeNull();
    clock.announced('d', 1_350);
    expect(clock.nextInMs(1_350, 5_000)).toBeNull();
  });
});
