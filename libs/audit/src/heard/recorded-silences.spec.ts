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
    keep([report('g', 5, 10, 20)], changed(run(10, 20), 15));
    keep([report('h', 3, 12, 22)], run(21, 22));
    keep([report('h', 4, 16, 22)], []);
    silences.finish();
    expect(found).toEqual(['g 5', 'h 3']);
  });

  it('are each judged, if they rest on the same records', () => {
    const sha256 = report('g', 5, 10, 20);
    report('h', 6, 10, 20);
    keep([sha256], changed(run(10, 20), 20));
    report('i', 7, 10, 20);
    keep([sha256], []);
    silences.finish();
    expect(found).toEqual(['g 5', 'h 6', 'i 7']);
  });

  it('wait for the rest, as older logs have it: each event names them', () => {
    const sha256 = report('g', 5, 10, 20);
    keep([sha256], run(10, 15));
    const other = report('h', 5, 30, 40);
    keep([other], changed(run(30, 35), 32));
    keep([sha256], run(16, 20));
    keep([other], run(36, 40));
    silences.finish();
    expect(found).toEqual(['h 5']);
  });

  it('miss a record that was taken out; what was not kept up to its end is said of none', () => {
    keep(
      [report('g', 5, 10, 20)],
      run(10, 20).filter(({ version }) => version !== 14),
    );
    keep([report('g', 6, 30, 40)], run(30, 39));
    silences.finish();
    expect(found).toEqual(['g 5']);
  });

  it('rest on the records of today, whatever stood under their numbers before the log was moved', () => {
    keep([], changed(run(1, 30), 17));
    const sha256 = report('g', 5, 10, 20);
    keep([sha256], run(10, 15)); // an older log: the rest follows
    keep([sha256], run(16, 20));
    silences.finish();
    expect(found).toEqual([]);
  });
});
