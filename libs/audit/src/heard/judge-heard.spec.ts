import { describe, expect, it } from '@jest/globals';
import type { Heard } from '@conclave/election';
import { digestOf } from '@conclave/event-store';
import { inc } from '@conclave/processes';
import type { HeardRecord } from './heard-record.js';
import { judgeHeard } from './judge-heard.js';

const SERVER = 'a'.repeat(22);
const OTHER = 'b'.repeat(22);
const at = (version: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, version)).toISOString();
const record = (version: number, type: string, data: object): HeardRecord => ({
  version,
  type,
  data: data as HeardRecord['data'],
  meta: { v: 3, at: at(version) },
});
const beats = (version: number, b: unknown[], more: object = {}): HeardRecord =>
  record(version, 'BeatsObserved', { i: SERVER, g: 1, h: version - 1, b, ...more });
const expired = (version: number, after: number, term = 3): HeardRecord =>
  record(version, 'LeaseExpired', {
    instance: inc('s'),
    terms: [{ group: 'g', term, after: String(after), lastSeenAt: null, silentMs: 15_000, leaseMs: 15_000 }],
  });

/** a led in term 3: number 1 of one server, named before; number 2 is somebody else. */
const HISTORY = [
  beats(10, [1, 7]),
  beats(11, [2, 3], { i: OTHER }),
  beats(12, [2, 9]),
  beats(13, []),
  expired(14, 10),
];
const names: Heard['names'] = [{ i: SERVER, g: 1, number: 1, term: 3 }];
const digest = (records: readonly HeardRecord[]): string =>
  digestOf(records.map(({ version, type, data, meta }) => [version, digestOf({ type, data, meta })]));
const expiry = (records: readonly HeardRecord[], more: object = {}) => ({
  group: 'g',
  runner: 'a',
  incarnation: inc('a'),
  term: 3,
  isExpiry: true,
  isDraining: false,
  heard: { from: records[0]!.version, to: records.at(-1)!.version, sha256: digest(records), names },
  ...more,
});
const judge = (records: readonly HeardRecord[], more: object = {}) =>
  judgeHeard(expiry(records, more), records);

describe('the end of a lease, by the records behind it', () => {
  it('is borne out, in words', () => {
    expect(judge(HISTORY)).toEqual({
      problem: null,
      words: `the last beat of runner "a" is in record 10, of ${at(10)}; none of term 3 is among 4 records of 2 servers after it; record 14 says that its lease is over`,
    });
  });
  it('two servers may have kept the same records, in any order', () =>
    expect(judgeHeard(expiry(HISTORY), [...HISTORY.toReversed(), ...HISTORY]).problem).toBeNull());

  it.each<[string, HeardRecord[], object, RegExp]>([
    [
      'a beat that was named before',
      [...HISTORY.slice(0, 3), beats(13, [1, 8]), expired(14, 10)],
      {},
      /record 13 .* holds a beat of term 3, and record 14 says that there was none after 10/,
    ],
    [
      'a beat that is named in between',
      [
        ...HISTORY.slice(0, 3),
        beats(13, [[5, 1, 2, 0]], { n: [[5, 'g', 'a', inc('a'), 3, 7]] }),
        expired(14, 10),
      ],
      {},
      /record 13 .* holds a beat of term 3/,
    ],
    [
      'no record that it is over',
      HISTORY.slice(0, 4),
      {},
      /record 13 .* does not say that the lease of term 3 is over/,
    ],
    [
      'the end of another term',
      [...HISTORY.slice(0, 4), expired(14, 10, 2)],
      {},
      /does not say that the lease of term 3 is over/,
    ],
  ])('is not, for %s', (_, records, more, why) => expect(judge(records, more).problem).toMatch(why));

  it.each<[string, unknown[], object]>([
    ['too far ahead of what was answered', [[1, 8, 7, 0]], {}],
    ['of a handover, and not told as one', [1, 8], { isDraining: true }],
    ['of another generation of numbers', [1, 8], { generation: 2 }],
    ['of a number that means somebody else by now', [1, 8], { n: [[1, 'g', 'b', inc('b'), 3, 7]] }],
  ])('holds for a beat that does not count: %s', (_, b, { generation = 1, isDraining = false, n }: any) => {
    const records = [
      ...HISTORY.slice(0, 3),
      beats(13, b, { g: generation, ...(n && { n }) }),
      expired(14, 10),
    ];
    expect(judge(records, { isDraining }).problem).toBeNull();
  });

  it.each<[string, (records: HeardRecord[]) => HeardRecord[]]>([
    ['changed', (all) => all.map((one) => (one.version === 12 ? beats(12, []) : one))],
    ['left out', (all) => all.filter(({ version }) => version !== 12)],
    ['put in', (all) => [...all.slice(0, 2), beats(12, [1, 9]), ...all.slice(3)]],
  ])('a record that was %s is found', (_, edit) =>
    expect(judgeHeard(expiry(HISTORY), edit(HISTORY)).problem).toMatch(/are not those that it rested on/),
  );
});

describe('a silence', () => {
  const silence = { term: null, isExpiry: false };
  const standby = names.map((name) => ({ ...name, term: null }));
  const of = (records: readonly HeardRecord[]) => {
    const report = expiry(records, silence);
    return judgeHeard({ ...report, heard: { ...report.heard, names: standby } }, records);
  };
  it('is borne out', () =>
    expect(of(HISTORY.slice(0, 4))).toEqual({
      problem: null,
      words: `the last beat of runner "a" is in record 10, of ${at(10)}; none of it is among 3 records of 2 servers after it`,
    }));
  it('is not, if it beat after its last beat', () =>
    expect(of([...HISTORY.slice(0, 3), beats(13, [1, 9])]).problem).toMatch(
      /record 13 .* holds a beat of runner "a", which is said to have been silent since record 10/,
    ));
});
