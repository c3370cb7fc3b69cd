import { describe, expect, it } from '@jest/globals';
import { inc } from '@conclave/processes';
import { LastBeats } from '../records/last-beats.js';
import { LeaseClock } from './lease-clock.js';
import { FirstGrants, firstBeatMs } from './first-grants.js';

const DRIFT = 0.01;
const at = (nowMs: number, hearingMs = nowMs) => ({ nowMs, hearingMs });
const settings = { leaseMs: 15_000, heartbeatMs: 5_000 };
const elected = { group: 'g', runner: 'a', incarnation: inc('a'), term: 7 };

/** A beat of a that stands in the log, read at 1,000; then it is elected. */
function world(readMs = 1_000) {
  const beats = new LastBeats();
  const grants = new FirstGrants(beats, DRIFT);
  const { group, runner, incarnation } = elected;
  beats.recorded({ group, runner, incarnation, sequence: 41, acked: 40, term: null }, 9, at(readMs));
  return { beats, grants };
}

describe('the grant in the news of an election (L14)', () => {
  it('counts from the last beat in the log, for as long as every server waits for the first one in the term', () => {
    const { grants } = world();
    grants.termBegan(elected, settings, 1_500);
    expect(grants.newsOf('g', 7, 2_000)).toEqual({
      sequence: 41,
      leaseMs: 9_800,
      heartbeatMs: 5_000,
      leftMs: 8_800,
    });
  });
  it('is not longer than a lease', () => {
    const { grants } = world();
    expect(grants.termBegan(elected, { leaseMs: 500, heartbeatMs: 100 }, 1_000)!.leaseMs).toBe(490);
  });
  it('what is left for a certificate counts from before the election, also where this server read of it late', () => {
    const { grants } = world(5_000);
    grants.termBegan(elected, settings, 1_500); // what it wrote then stood before the election
    expect(grants.newsOf('g', 7, 5_000)!.leftMs).toBe(9_800 - 3_500);
  });
  it('is not told when little is left of it, nor by who is deaf', () => {
    const { grants } = world();
    grants.termBegan(elected, settings, 1_000);
    const lastMs = 1_000 + Math.floor((9_800 * 2) / 3);
    expect([grants.newsOf('g', 7, lastMs) === null, grants.newsOf('g', 7, lastMs + 1)]).toEqual([
      false,
      null,
    ]);
    grants.termBegan(elected, settings, -Infinity);
    expect(grants.newsOf('g', 7, 1_000)).toBeNull();
  });
  it('is of one term: nothing of another, of one that ended, of a process that is not in the log', () => {
    const { grants, beats } = world();
    grants.termBegan(elected, settings, 1_000);
    expect([grants.newsOf('g', 6, 1_000), grants.newsOf('g', 8, 1_000)]).toEqual([null, null]);
    grants.termEnded('g');
    expect(grants.newsOf('g', 7, 1_000)).toBeNull();
    expect(grants.termBegan({ ...elected, incarnation: inc('a', 2) }, settings, 1_000)).toBeNull();
    beats.forget(elected);
    expect(grants.termBegan(elected, settings, 1_000)).toBeNull();
  });
  it('rests on nothing where something in the log was not read (L7)', () => {
    const { grants, beats } = world();
    grants.termBegan(elected, settings, 1_000);
    grants.doubt();
    expect(grants.newsOf('g', 7, 1_000)).toBeNull();
    beats.doubt(9);
    expect(grants.termBegan(elected, settings, 1_000)).toBeNull();
  });
});

describe('no server ends a term while the news of its election may grant (L4, L14)', () => {
  // G2
  const clock = (first: boolean) => {
    const { grants } = world();
    const leases = new LeaseClock(DRIFT);
    leases.termBegan(
      'g',
      7,
      settings.heartbeatMs,
      3_000,
      first ? grants.termBegan(elected, settings, 0) : null,
    );
    return leases;
  };
  const soonestMs = 1_000 + 9_800 * (1 + DRIFT) + 50;
  it('it waits longer than the grant, by the slowest clock that a runner may have', () => {
    const grantMs = world().grants.termBegan(elected, settings, 0)!.leaseMs;
    // a runner counts grantMs × (1 − drift) on a clock that is slow by it, a server on one that is fast by it
    expect((grantMs * (1 - DRIFT)) / (1 - DRIFT)).toBeLessThan(
      firstBeatMs(settings.heartbeatMs) / (1 + DRIFT),
    );
  });
  it('a leader that has been silent for its whole lease is given up as soon as that grant is over', () => {
    const leases = clock(true);
    leases.hasten('g', 4_000);
    expect([[...leases.due(soonestMs - 1)].length, [...leases.due(soonestMs)].length]).toEqual([0, 1]);
    const later = clock(true);
    later.hasten('g', 12_000);
    expect([[...later.due(11_999)].length, [...later.due(12_000)].length]).toEqual([0, 1]);
  });
  it('where this server does not know what was granted it waits the whole time', () => {
    const leases = clock(false);
    leases.hasten('g', 4_000);
    expect([[...leases.due(12_999)].length, [...leases.due(13_000)].length]).toEqual([0, 1]);
  });
  it('a valid beat is a lease like any other, and not hastened', () => {
    const leases = clock(true);
    leases.validBeat('g', 15_000, 3_500);
    leases.hasten('g', 12_000);
    expect([...leases.due(3_500 + 15_150 + 49)]).toEqual([]);
  });
});
