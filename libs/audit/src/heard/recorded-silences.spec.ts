import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GroupState, RecordedEvent } from '@conclave/election';
import { runDigest, type StoredEvent } from '@conclave/event-store';
import { digestOfRecord, type HeardRecord } from './heard-record.js';
import { RecordedSilences } from './recorded-silences.js';

const record = (version: number): HeardRecord => ({
  version,
  type: 'BeatsObserved',
  data: { i: 's', g: 1, b: [] },
  meta: { v: 1, at: '2026-01-01T00:00:00.000Z' },
});
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => record(from + n));
const digest = (records: HeardRecord[]) =>
  runDigest(records.map((one) => [one.version, digestOfRecord(one)]));

let found: string[];
let silences: RecordedSilences;
beforeEach(() => {
  found = [];
  silences = new RecordedSilences((group, version) => found.push(`${group} ${version}`));
});

function report(group: string, version: number, from: number, to: number): string {
  const sha256 = digest(run(from, to));
  const heard = { from, to, sha256, names: [] };
  const command = { type: 'ReportSilence', runner: 'a', incarnation: 'i', term: null, heard };
  silences.reported({ meta: { command }, version } as unknown as RecordedEvent, { id: group } as GroupState);
  return sha256;
}
const keep = (of: string[], records: HeardRecord[]) =>
  silences.kept({ data: { of, records } } as unknown as StoredEvent);
const changed = (records: HeardRecord[], version: number) =>
  records.map((one) => (one.version === version ? { ...one, meta: { ...one.meta, v: 2 } } : one));

describe('reports of silence, held against what is kept', () => {
  it('rest on what was kept before, also for others', () => {
    const first = report('g', 5, 10, 20);
    keep([first], changed(run(10, 20), 15));
    expect(found).toEqual(['g 5']);
    const second = report('h', 3, 12, 22);
    keep([second], run(21, 22));
    expect(found).toEqual(['g 5', 'h 3']);
    const third = report('h', 4, 16, 22);
    keep([third], []);
    expect(found).toHaveLength(2);
  });

  it('are each judged, if they rest on the same records', () => {
    const sha256 = report('g', 5, 10, 20);
    report('h', 6, 10, 20);
    keep([sha256], changed(run(10, 20), 20));
    expect(found).toEqual(['g 5', 'h 6']);
    report('i', 7, 10, 20);
    keep([sha256], []);
    expect(found).toEqual(['g 5', 'h 6', 'i 7']);
  });

  it('wait for the rest, as older logs have it: each event names them', () => {
    const sha256 = report('g', 5, 10, 20);
    keep([sha256], changed(run(10, 15), 12));
    expect(found).toEqual([]);
    keep([sha256], run(16, 20));
    expect(found).toEqual(['g 5']);
  });

  it('are not judged by some of it', () => {
    const sha256 = report('g', 5, 10, 20);
    keep([sha256], run(10, 18));
    expect(found).toEqual([]);
  });
});
