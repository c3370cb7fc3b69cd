import { expect, it } from '@jest/globals';
import { HEARD_STREAM, PresenceKept } from '@conclave/audit';
import type { Append } from '@conclave/election';
import type { NewEvent, StoredEvent } from '@conclave/event-store';
import { inc, until } from '@conclave/testing';
import { KeptPresence } from './kept-presence.js';

const RECORDS = 300;
const record = (version: number) => ({
  version,
  type: 'BeatsObserved',
  data: { i: 'x'.repeat(22), g: 1, h: version, b: Array.from({ length: 100 }, (_, n) => n) },
  meta: { v: 3, at: '2026-01-01T00:00:00.000Z' },
});

/** What is kept of a presence log when so many reports rest on its records. */
async function kept(reports: readonly { from: number; to: number; sha256: string }[]) {
  const written: PresenceKept[] = [];
  const store = {
    async *read(_stream: string, from = 1) {
      for (let version = from; version <= RECORDS; version++) yield record(version) as unknown as StoredEvent;
    },
    publish: async (stream: string, { data }: NewEvent) => {
      expect(stream).toBe(HEARD_STREAM);
      written.push(PresenceKept.parse(data));
    },
  };
  const said: string[] = [];
  const keeping = new KeptPresence({
    store: store as never,
    clock: { wallMs: () => 0, monotonicMs: () => 0, uptimeS: () => 0 } as never,
    instance: inc('s'),
    problem: (message) => said.push(message),
  });
  for (const heard of reports)
    keeping.changed({
      events: [{ meta: { instance: inc('s'), command: { heard: { ...heard, names: [] } } } }],
    } as unknown as Append);
  keeping.tick(0);
  keeping.tick(2_000);
  const last = reports.at(-1)!.sha256;
  const isWhole = () =>
    written.some(({ of, records }) => of.includes(last) && records.at(-1)!.version >= RECORDS);
  await until('it is kept', isWhole);
  expect(said).toEqual([]);
  return written;
}

it('events stay small, however many die at once, and each report has all its records', async () => {
  const reports = Array.from({ length: 1_200 }, (_, n) => {
    return { from: 1 + Math.floor(n / 6), to: RECORDS, sha256: n.toString(16).padStart(64, '0') };
  });
  const written = await kept(reports);
  for (const one of written) expect(JSON.stringify(one).length).toBeLessThan(90_000);
  for (const { from, to, sha256 } of reports) {
    const versions = written
      .filter(({ of }) => of.includes(sha256))
      .flatMap(({ records }) => records.map(({ version }) => version))
      .filter((version) => version >= from);
    expect(versions).toEqual(Array.from({ length: to - from + 1 }, (_, n) => from + n));
  }
});
