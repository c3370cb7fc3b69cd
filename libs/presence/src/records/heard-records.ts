import {
  PRESENCE_STREAM,
  type Heard,
  type ProcessId,
  type ReportLeaseExpired,
  type ReportSilence,
} from '@conclave/election';
import { contentDigest, runDigest, type EventStore, type StoredEvent } from '@conclave/event-store';
import type { Names } from './names.js';

/** So many records before the end are looked at, at the most, and so many of a process that never beat. */
const MOST = 2_000;
const UNHEARD = 200;
/** Nobody is kept waiting longer for it: a report goes without it then. */
const WAIT_MS = 300;
/** Digests of records that are remembered: groups whose leaders die together look at the same ones. */
const REMEMBERED = 4_096;

export type Report = ReportSilence | ReportLeaseExpired;
type Found = Omit<Heard, 'to' | 'names'>;
/** No beat of the process stands after `from`; 0: none at all, as far as was read. */
export interface Range {
  from: number;
  to: number;
}

/**
 * What `P` holds between the last sign of life of a process and the report that it is given up. A digest of it stands in
 * the report: whoever has the records can see that nothing of the process is among them (docs/formats.md).
 */
export class HeardRecords {
  private readonly digests = new Map<number, string>();
  /** The last run that was asked for: whose leaders die together are asked for the same one. */
  private latest: (Range & { found: Found | null }) | null = null;
  private reading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<EventStore, 'read'>,
    private readonly names: Names,
  ) {}

  /** A record that was read: what rests on it need not read it again, and waits for nothing. */
  passed(record: Pick<StoredEvent, 'version' | 'type' | 'data' | 'meta'>): void {
    this.digests.set(record.version, contentDigest(record));
    if (this.digests.size > REMEMBERED) this.digests.delete(this.digests.keys().next().value!);
  }

  /** Of one of the records that were read last. */
  digestAt = (version: number): string | undefined => this.digests.get(version);

  /** Null if it cannot be said, or not in time. */
  async behind(about: ProcessId & { term: number | null }, { from, to }: Range): Promise<Heard | null> {
    if (to < 1) return null;
    const first = Math.max(1, from === 0 ? to - UNHEARD : from, to - MOST);
    const names = this.names.numbersOf(about);
    const known = this.latest?.from === first && this.latest.to === to ? this.latest.found : null;
    const found =
      known ?? (this.isKnown(first, to) ? this.digestOf(first, to) : await this.readInTime(first, to));
    this.latest = { from: first, to, found };
    return found && { ...found, to, names };
  }

  private isKnown(from: number, to: number): boolean {
    for (let version = from; version <= to; version++) if (!this.digests.has(version)) return false;
    return true;
  }

  /** One after the other: whose leaders die together read the same. */
  private async readInTime(from: number, to: number): Promise<Found | null> {
    const read = this.reading.then(async () => {
      if (!this.isKnown(from, to)) await this.read(from, to);
      return this.digestOf(from, to);
    });
    const tried = read.catch(() => null);
    this.reading = tried;
    return Promise.race([tried, new Promise<null>((resolve) => setTimeout(resolve, WAIT_MS, null))]);
  }

  /** Of a run without gaps: what has expired is left out. */
  private digestOf(from: number, to: number): Found | null {
    const found: [number, string][] = [];
    for (let version = to; version >= from && this.digests.has(version); version--)
      found.push([version, this.digests.get(version)!]);
    found.reverse();
    return found.length === 0 ? null : { from: found[0]![0], sha256: runDigest(found) };
  }

  private async read(from: number, to: number): Promise<void> {
    for await (const record of this.store.read(PRESENCE_STREAM, from)) {
      if (record.version > to) break;
      this.passed(record);
    }
  }
}
