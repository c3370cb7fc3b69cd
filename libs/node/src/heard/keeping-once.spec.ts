import { describe, expect, it } from '@jest/globals';
import { HEARD_STREAM, PresenceKept } from '@conclave/audit';
import type { Append } from '@conclave/election';
import { contentDigest, runDigest, type NewEvent, type StoredEvent } from '@conclave/event-store';
import { inc, until } from '@conclave/processes';
import { KeptPresence } from './kept-presence.js';

const RECORDS = 300;
const record = (version: number) => ({
  version,
  type: 'BeatsObserved',
  data: { i: 'x'.repeat(22), g: 1, h: version, b: Array.from({ length: 100 }, (_, n) => n) },
  meta: { v: 3, at: '2026-01-01T00:00:00.000Z' },
});
const DIGESTS = Array.from({ length: RECORDS + 1 }, (_, version) => contentDigest(record(version)));
interface Range {
  from: number;
  to: number;
  sha256: string;
}

/** A presence log that begins with `first`, and what is kept of it. */
class Keeping {
  readonly written: PresenceKept[] = [];
  readonly said: string[] = [];
  readonly keeping: KeptPresence;
  reads = 0;
  private nowMs = 0;

  constructor(private readonly first = 1) {
    const store = {
      read: (_stream: string, from = 1) => this.read(from),
      publish: async (stream: string, { data }: NewEvent) => {
        expect(stream).toBe(HEARD_STREAM);
        this.written.push(PresenceKept.parse(data));
      },
    };
    this.keeping = new KeptPresence({
      store: store,
      clock: { wallMs: () => 0, monotonicMs: () => 0, uptimeS: () => 0 } as never,
      instance: inc('s'),
      digestAt: (version) => (version > RECORDS - 20 ? DIGESTS[version] : undefined),
      problem: (message) => this.said.push(message),
    });
  }
  private async *read(from: number) {
    for (let version = Math.max(this.first, from); version <= RECORDS; version++) {
      this.reads++;
      yield record(version) as unknown as StoredEvent;
    }
  }
  async keep(reports: readonly Range[]): Promise<void> {
    for (const heard of reports)
      this.keeping.changed({
        events: [{ meta: { instance: inc('s'), command: { heard: { ...heard, names: [] } } } }],
      } as unknown as Append);
    this.keeping.tick((this.nowMs += 2_000));
    this.keeping.tick((this.nowMs += 2_000));
    const last = reports.at(-1)!.sha256;
    await until('it is kept', () => this.written.some(({ of }) => of.includes(last)));
    await new Promise((done) => setImmediate(done));
    expect(this.said).toEqual([]);
  }
  /** What was written comes back. */
  come(): void {
    this.written.forEach((data, n) =>
      this.keeping.apply({
        stream: HEARD_STREAM,
        events: [{ type: 'PresenceKept', data, version: n + 1, meta: { v: 3, at: '' } }],
      } as never),
    );
  }
  get versions(): number[] {
    return this.written.flatMap(({ records }) => records.map(({ version }) => version));
  }
}
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const report = (from: number, to: number): Range => {
  const run = upTo(from, to).map((version) => [version, DIGESTS[version]!] as const);
  return { from, to, sha256: runDigest(run) };
};

describe('events that hold what silences rest on', () => {
  it('stay small, however many die at once, and hold each record once', async () => {
    const k = new Keeping();
    const reports = upTo(0, 399).map((n) => report(1 + Math.floor(n / 6), RECORDS - (n % 3)));
    await k.keep(reports);
    for (const one of k.written) expect(JSON.stringify(one).length).toBeLessThan(90_000);
    expect(k.versions).toEqual(upTo(1, RECORDS));
    for (const { to, sha256 } of reports) {
      const named = k.written.findIndex(({ of }) => of.includes(sha256));
      const last = k.written
        .slice(0, named + 1)
        .flatMap(({ records }) => records)
        .at(-1)!.version;
      expect(last).toBeGreaterThanOrEqual(to); // with that event, all of it is kept
    }
    k.come();
    expect(k.keeping.saved().wanted).toEqual([]);
  });

  it('do not hold again what was kept a moment ago', async () => {
    const k = new Keeping();
    await k.keep([report(10, 200)]);
    k.come();
    k.written.length = 0;
    await k.keep([report(50, 200)]);
    expect(k.written).toEqual([{ of: [report(50, 200).sha256], records: [] }]);
    await k.keep([report(20, 210)]);
    expect(k.versions).toEqual(upTo(201, 210));
    k.written.length = 0;
    await k.keep([report(5, 212)]); // what it begins with was not
    expect(k.versions).toEqual([...upTo(5, 9), ...upTo(201, 212)]);
  });

  it('hold it again if others stood under these numbers, as after a log was moved', async () => {
    const k = new Keeping();
    const others = upTo(1, 250).map((version) => ({ ...record(version), meta: { v: 3, at: '2025' } }));
    k.written.push({ of: [], records: others });
    k.come();
    k.written.length = 0;
    await k.keep([report(10, 200)]);
    expect(k.versions).toEqual(upTo(10, 200));
    expect(k.written[0]!.records[0]).toEqual(record(10));
  });

  it('leave out reports of which some has expired, and what only these rest on', async () => {
    const k = new Keeping(100);
    await k.keep([report(90, 150), report(120, 140)]);
    expect(k.written.map(({ of }) => of)).toEqual([[report(120, 140).sha256]]);
    expect(k.versions).toEqual(upTo(120, 140));
    expect(k.keeping.saved().wanted).toMatchObject([report(120, 140)]);
  });

  it('hold the rest of a report whose beginning was kept and has expired since', async () => {
    const k = new Keeping(100);
    k.written.push({ of: [], records: upTo(55, 99).map(record) });
    k.come();
    k.written.length = 0;
    await k.keep([report(58, 150)]);
    expect(k.versions).toEqual(upTo(100, 150));
  });
});
