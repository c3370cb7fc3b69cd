import { describe, expect, it } from '@jest/globals';
import type { GroupReply, LeaderReply } from '@conclave/contract';
import { stripOf } from '../groups/strip-of.js';
import { differencesOf } from '../past/differences.js';
import { figuresOf } from '../servers/figures.js';
import { age, duration, elapsed, said } from './duration.js';
import { plain } from './plain.js';
import { byNeed, fitsText, isOfState, nextInWords, runnersInWords, stateInWords } from './state.js';

const leader = { runner: 'r1', incarnation: '', since: '', platform: 'eks', labels: { zone: 'b' } };
const group = (more: Partial<LeaderReply> = {}): LeaderReply => ({
  group: 'deploy',
  state: 'led',
  paused: false,
  term: 3,
  leader,
  successor: null,
  why: null,
  version: 1,
  position: '1',
  ...more,
});
const nobody = group({
  group: 'zz',
  state: 'leaderless',
  leader: null,
  why: 'runner "r2" is tainted by ana',
});

const at = (ms: number): string => new Date(ms).toISOString();

describe('words', () => {
  it('durations, and ages that do not flicker', () => {
    expect([250, 12_340, 245_000, 183_600_000].map(duration)).toEqual([
      '250 ms',
      '12.3 s',
      '4 min 5 s',
      '2 d 3 h',
    ]);
    expect([400, 12_340, 245_000, 7_260_000].map(age)).toEqual(['a moment', '12 s', '4 min', '2 h 1 min']);
    expect([12_340, 0, -900, -3_600_000].map(elapsed)).toEqual([
      '12 s',
      'a moment',
      'a moment',
      'an unknown time',
    ]);
  });

  it('the state of a group', () => {
    expect(stateInWords(group())).toBe('r1 leads');
    expect(stateInWords(group({ paused: true }))).toBe('r1 leads, elections are paused');
    expect(stateInWords(group({ state: 'handover', successor: 'r2' }))).toBe('r1 hands over to r2');
    expect(stateInWords(nobody)).toBe('nobody leads');
  });

  it('finds by group, runner, label and person, all words together; those that need a person come first', () => {
    for (const text of ['dep', 'R1', 'zone=b', 'deploy eks', '']) expect(fitsText(group(), text)).toBe(true);
    expect(fitsText(group(), 'deploy r2')).toBe(false);
    expect(fitsText(nobody, 'ana')).toBe(true);
    expect([group(), nobody].sort(byNeed).map((one) => one.group)).toEqual(['zz', 'deploy']);
    expect([
      isOfState(nobody, 'person'),
      isOfState(group(), 'person'),
      isOfState(group(), undefined),
    ]).toEqual([true, false, true]);
  });

  it('what comes next', () => {
    const order = { actor: 'claimed:ana', reason: null, order: {}, since: '' };
    const full = {
      ...group(),
      pause: { ...order, expiresAt: new Date(180_000).toISOString() },
      pin: { ...order, runner: 'r2', mode: 'strict', expiresAt: null, until: null },
      verdicts: [{ runner: 'r3', until: new Date(120_000).toISOString() }],
    } as unknown as GroupReply;
    expect(nextInWords(full, 0)).toEqual([
      'paused by ana, for 3 min more',
      'pinned to r2 by ana',
      'r3 may lead again in 2 min',
    ]);
    expect(runnersInWords({ active: 2, silent: 0, pending: 1 })).toBe('2 active, 1 pending');
    expect(runnersInWords({ active: 0, silent: 0, pending: 0 })).toBe('no runner');
  });

  it('what turns or hides text is shown as what it is', () => {
    expect(plain('a\u202eb\u0000 <b> 🦊')).toBe('a\\u202eb\\u0000 <b> 🦊');
  });

  it('instants in words of the server are shown as the clock of the reader', () => {
    expect(said('it is silent since 2026-01-02T03:04:05.678Z')).toMatch(
      /^It is silent since 2026-01-0\d \d\d:\d\d:05\.$/,
    );
  });
});

describe('the last 24 hours', () => {
  it('has a span a term, a gap in red, none while paused, and at most as many as are seen', () => {
    const term = (runner: string, from: number, to: number | null, vacancyWhy: string | null = null) =>
      ({
        runner,
        from: at(from),
        to: to === null ? null : at(to),
        vacancyWhy,
        leaderlessAfterMs: null,
      }) as never;
    const { spans, words } = stripOf(
      [term('a', 0, 400), term('b', 500, 700, 'paused'), term('a', 800, null)],
      0,
      1_000,
    );
    expect(spans.map(({ x, width, kind }) => [kind, x, width])).toEqual([
      ['led', 0, 400],
      ['led', 500, 200],
      ['led', 800, 200],
      ['gap', 400, 100],
      ['held', 700, 100],
    ]);
    expect(words).toBe('the last 24 h: 3 terms, nobody for 100 ms');
    // the newest of those that were asked for was followed by one that was not
    const followed = {
      runner: 'a',
      from: at(0),
      to: at(400),
      vacancyWhy: null,
      leaderlessAfterMs: 0,
    } as never;
    expect(stripOf([followed], 0, 1_000, true).words).toBe(
      'the last 24 h: 1 term or more, never without a leader once there was one',
    );
    // nobody has led since long before; nor for the first half of it
    const long = stripOf([term('a', -900, -500)], 0, 1_000);
    expect(long.words).toBe('the last 24 h: 0 terms, nobody for 1.0 s');
    expect(long.spans).toEqual([{ x: 0, width: 1_000, kind: 'gap', tint: 0 }]);
    expect(stripOf([term('a', -900, -500), term('b', 500, null)], 0, 1_000).words).toBe(
      'the last 24 h: 1 term, nobody for 500 ms',
    );
    const many = Array.from({ length: 10_000 }, (_, n) => term('a', n, n + 1));
    expect(stripOf(many, 0, 10_000).spans.length).toBeLessThan(200);
  });
});

describe('what has changed', () => {
  const runner = (name: string, status: string, taints: object[] = []) => ({
    runner: name,
    status,
    incarnation: name,
    taints,
  });
  const then = (more: object, runners: object[]) =>
    ({ group: { ...group(), pause: null, pin: null, settings: { leaseMs: 1 }, ...more }, runners }) as never;
  it('names lead, term, orders, settings and runners, before and after', () => {
    const before = then({}, [runner('a', 'active'), runner('b', 'active')]);
    const ana = { actor: 'operator:ana', reason: 'p', expiresAt: at(0) };
    const taints = [{ ...ana, key: 'disk', effect: 'NoLead', until: { runnerGone: 'r1', silentMs: 9 } }];
    const after = then(
      { term: 4, leader: { ...leader, runner: 'r2' }, pause: ana, settings: { leaseMs: 2 } },
      [runner('a', 'silent', taints), runner('c', 'active')],
    );
    expect(differencesOf(before, after)).toEqual([
      'lead: r1 leads → r2 leads',
      'term: 3 → 4',
      `pause: none → paused by ana: p, until ${at(0)}`,
      'leaseMs: 1 → 2',
      'runner a: active → silent',
      `taints of a: none → disk (NoLead) by ana: p, until ${at(0)}, until r1 is gone for 9 ms`,
      'runner b left',
      'runner c came',
    ]);
    expect(differencesOf(before, before)).toEqual([]);
    const member = (seniority: number) => then({}, [{ ...runner('a', 'active'), seniority }]);
    expect(differencesOf(member(2), member(9))).toEqual(['seniority of a: 2 → 9']);
  });
});

describe('figures of a server', () => {
  it('are summed over labels, in words, and only those that are there', () => {
    const text =
      '# HELP x\nconclave_groups{state="led",instance="i"} 3\nconclave_groups{state="handover"} 1\nother 5\nprocess_resident_memory_bytes 2097152\n';
    expect(figuresOf(text)).toEqual([
      { name: 'Groups', value: '4' },
      { name: 'Memory', value: '2 MiB' },
    ]);
  });
});
