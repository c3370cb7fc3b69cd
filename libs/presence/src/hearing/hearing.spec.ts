import { describe, expect, it } from '@jest/globals';
import { Hearing, SilenceDetector } from '@conclave/presence';
import { beginsFor } from './hearing.js';
import { inc } from '@conclave/processes';

describe('hearing (L6)', () => {
  const hearing = () => {
    const h = new Hearing(0);
    h.started(0);
    return h;
  };
  it('does not go back when it begins, however long the start took: what was read in it would end late', () => {
    const h = new Hearing(0);
    expect(h.hearingMs(7_000)).toBe(7_000); // a lease that was read then
    h.tick(7_010);
    h.started(7_020);
    expect(h.hearingMs(7_020)).toBe(7_020);
  });
  it.each([
    [10, 7_000],
    [1_000, 7_020],
    [1_000_000, 27_000],
  ])('begins for %i runners when they can have been heard, at %i', (runners, hearingMs) => {
    expect(beginsFor(runners, { nowMs: 7_100, hearingMs: 7_000 })).toEqual({ nowMs: 7_100, hearingMs });
  });
  const steady = (h: Hearing, from: number, to: number) => {
    for (let t = from; t <= to; t += 50) h.tick(t);
  };
  it('what is read within a second after it stood still may be of somebody who died since', () => {
    const h = hearing();
    steady(h, 0, 1_000);
    expect(h.hasJustStoodStill(h.moment(1_500))).toBe(false);
    expect(h.hasJustStoodStill(h.moment(1_501))).toBe(true); // whoever reads looks before a timer does
    steady(h, 1_550, 2_500);
    expect(h.hasJustStoodStill(h.moment(2_500))).toBe(true); // by fits and starts, connections come in one a turn
    expect(h.hasJustStoodStill(h.moment(2_501))).toBe(false);
  });
  it('runs while own records come back within a second', () => {
    const h = hearing();
    steady(h, 0, 1_000);
    h.recordSent('x', 1_000);
    expect(h.mayGiveUp(1_000, 100, 0)).toBe(false);
    h.recordReturned('x', 1_010);
    expect(h.mayGiveUp(1_010, 100, 0)).toBe(true);
    expect(h.hearingMs(1_010)).toBe(1_010);
  });
  it('stands still while deaf, and nobody is given up before two heartbeats after', () => {
    const h = hearing();
    steady(h, 0, 1_000);
    h.recordSent('x', 1_000);
    steady(h, 1_050, 60_000);
    expect(h.isDeaf).toBe(true);
    expect(h.hearingMs(60_000)).toBe(1_000);
    h.recordReturned('x', 60_000); // far too late: proves nothing
    expect(h.isDeaf).toBe(true);
    h.recordSent('y', 60_010);
    h.recordReturned('y', 60_020);
    expect(h.hearingMs(60_020)).toBe(1_000);
    expect([h.mayGiveUp(60_219, 100, 0), h.mayGiveUp(60_220, 100, 0)]).toEqual([false, true]);
  });
  it('a failed write is deafness since it was sent', () => {
    const h = hearing();
    steady(h, 0, 1_000);
    h.recordSent('x', 1_000);
    h.recordFailed('x');
    steady(h, 1_050, 9_000);
    expect(h.hearingMs(9_000)).toBe(1_000);
  });
  it('a stalled event loop heard nothing; the same time is not counted twice', () => {
    const h = hearing();
    steady(h, 0, 10_000);
    h.recordSent('x', 9_990);
    h.tick(70_000);
    h.tick(70_050);
    h.recordSent('y', 70_060);
    h.recordReturned('y', 70_070);
    expect(h.hearingMs(70_070)).toBeGreaterThanOrEqual(10_000);
    expect(h.hearingMs(70_070)).toBeLessThanOrEqual(10_070);
  });
  it('is credited, not reset: one interruption after the other does not spare whoever is over its limit', () => {
    const h = hearing();
    const givenUpAtMs: number[] = [];
    for (let n = 0; n < 20; n++) {
      const fromMs = n * 9_000 + (n > 0 ? 600 : 0); // a stall of 600 ms every 9 s; two heartbeats are 10 s
      steady(h, fromMs, n * 9_000 + 8_950);
      for (let t = fromMs; t < n * 9_000 + 9_000; t += 200) {
        h.recordSent(`${t}`, t);
        h.recordReturned(`${t}`, t + 5);
        if (h.mayGiveUp(t + 5, 5_000, h.hearingMs(t + 5) - 30_000)) givenUpAtMs.push(t);
      }
    }
    expect(givenUpAtMs[0]).toBeLessThanOrEqual(30_000 + 3 * 650 + 1_000);
  });
  it('one slow record says nothing about the time after a later one that came back', () => {
    const h = hearing();
    h.recordSent('slow', 100);
    h.recordSent('x', 1_000);
    h.recordReturned('x', 1_010);
    steady(h, 50, 1_150);
    expect(h.isDeaf).toBe(false);
    h.recordSent('failing', 1_100);
    h.recordSent('y', 1_200);
    h.recordReturned('y', 1_210);
    h.recordFailed('failing');
    expect(h.hearingMs(1_250)).toBe(1_250);
  });
  it('wants a probe only when nothing proved hearing lately', () => {
    const h = hearing();
    expect(h.wantsProbe(0, 400)).toBe(true);
    h.recordSent('x', 0);
    expect(h.wantsProbe(100, 0)).toBe(false);
    h.recordReturned('x', 100);
    expect([h.wantsProbe(499, 500), h.wantsProbe(501, 500), h.wantsProbe(501, 900)]).toEqual([
      false,
      true,
      false,
    ]);
  });
  it('wants none beside one that is late, for a second more, or right after it: a store that is slow would write both in turn', () => {
    const h = hearing();
    h.recordSent('x', 0);
    steady(h, 0, 2_000);
    expect([h.isDeaf, h.wantsProbe(2_000, 500)]).toEqual([true, false]);
    h.tick(2_050);
    expect(h.wantsProbe(2_050, 500)).toBe(true);
    h.recordSent('y', 2_100);
    steady(h, 2_100, 3_300);
    h.recordReturned('y', 3_300);
    expect([h.isDeaf, h.wantsProbe(3_600, 500), h.wantsProbe(3_601, 500)]).toEqual([true, false, true]);
  });
  it('also after one that took longer than it held up the proof: the next one may take as long', () => {
    const h = hearing();
    h.recordSent('slow', 0);
    h.tick(2_050);
    expect(h.wantsProbe(2_050, 500)).toBe(true);
    h.recordReturned('slow', 4_000);
    h.recordSent('next', 4_100);
    h.tick(9_900);
    expect(h.wantsProbe(9_900, 500)).toBe(false);
    h.tick(10_200);
    expect(h.wantsProbe(10_200, 500)).toBe(true);
  });
});

const at = (nowMs: number, hearingMs = nowMs) => ({ nowMs, hearingMs });

describe('silence detector (L3)', () => {
  const a = { group: 'g', runner: 'a', incarnation: inc('a') };
  it('judges by the limit dictated at the last beat, in hearing time', () => {
    const d = new SilenceDetector();
    d.hear(a, { limitMs: 15_000, heartbeatMs: 5_000 }, at(0));
    expect([...d.due(at(14_999))]).toEqual([]);
    expect([...d.due(at(60_000, 14_999))]).toEqual([]); // 45 s of them deaf
    expect([...d.due(at(60_000, 15_000))]).toEqual([
      { ...a, sinceMs: 0, silentMs: 15_000, deafMs: 45_000, limitMs: 15_000, heartbeatMs: 5_000 },
    ]);
  });
  it('names a silence again only after a second; a beat ends it; forgotten is forgotten', () => {
    const d = new SilenceDetector();
    d.hear(a, { limitMs: 100, heartbeatMs: 30 }, at(0));
    d.reported([...d.due(at(100))][0]!, at(100));
    expect([[...d.due(at(1_099))].length, [...d.due(at(1_100))].length]).toEqual([0, 1]);
    d.hear(a, { limitMs: 100, heartbeatMs: 30 }, at(1_100));
    expect([...d.due(at(1_150))]).toEqual([]);
    d.forget('g', 'a');
    expect([...d.due(at(99_999))]).toEqual([]);
  });
  it('a crowd of which nothing may be said yet hides nobody else (G5)', () => {
    const d = new SilenceDetector();
    for (let n = 0; n < 30_000; n++)
      d.hear({ ...a, group: `over${n}` }, { limitMs: 3_000, heartbeatMs: 500 }, at(0));
    d.hear(a, { limitMs: 3_000, heartbeatMs: 500 }, at(1_000));
    const isFree = (group: string) => group === 'g';
    let ms = 3_000;
    while ([...d.due(at(ms), isFree)].length === 0 && ms < 60_000) ms += 50;
    expect(ms).toBeLessThan(5_000);
  });
});
