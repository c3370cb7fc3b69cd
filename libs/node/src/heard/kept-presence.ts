import {
  digestOfRecord,
  HEARD_STREAM,
  PRESENCE_KEPT,
  RecentRecords,
  type HeardRecord,
  type PresenceKept,
} from '@conclave/audit';
import {
  PRESENCE_STREAM,
  STORED_FORM,
  type Append,
  type GroupListener,
  type Heard,
} from '@conclave/election';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { giveWay, isoOf, randomUuid, type Clock } from '@conclave/kernel';
import { KeptPlaces } from './kept-places.js';
import { isBorneOut, runsOf, type Run, type Wanted } from './runs.js';

/** Reports that come together share what they rest on. */
const SOON_MS = 2_000;
/** Whoever decided keeps it; if that server is gone, another one does. */
const OTHERS_MS = 60_000;
const EVERY_MS = 1_000;
const AGAIN_MS = 6_000;
/** Of one event, so that nobody waits for what writes or reads it. */
const MOST_BYTES = 50_000;
/** So many records that were kept last are not kept again: of those before, some may not be remembered when it is judged. */
const NOT_AGAIN = 4_000;

export interface KeptPresenceParts {
  store: Pick<EventStore, 'read' | 'publish'>;
  clock: Clock;
  instance: string;
  /** Of a record of the presence log that was read lately. */
  digestAt: (version: number) => string | undefined;
  problem: (message: string) => void;
}

/**
 * The presence log goes after two days, and silence is proved by it: the records that a report rests on are copied to a
 * stream that stays, each once, whatever rests on it. Level-triggered: what is not kept yet is kept later, by whichever server.
 */
export class KeptPresence implements Consumer, GroupListener {
  private readonly wanted = new Map<string, Wanted>();
  private readonly places: KeptPlaces;
  private readonly recent = new RecentRecords(NOT_AGAIN);
  private notBeforeMs = -Infinity;
  private isUnderWay = false;

  constructor(private readonly p: KeptPresenceParts) {
    this.places = new KeptPlaces(p.store);
  }

  changed({ events: [first] }: Append): void {
    const { command, instance } = first!.meta;
    const heard = command && 'heard' in command ? command.heard : undefined;
    if (!heard) return;
    const { from, to, sha256 } = heard;
    this.wanted.set(sha256, { from, to, sha256, seenMs: null, isMine: instance === this.p.instance });
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== HEARD_STREAM) return;
    for (const { type, data, meta, version } of events) {
      if (type !== PRESENCE_KEPT || !isOwn({ meta })) continue;
      const { of = [], records = [] } = data as Partial<PresenceKept>;
      for (const record of records) this.recent.add(record.version, record);
      this.places.add(version, { of, records });
      for (const sha256 of of) this.wanted.delete(sha256);
    }
  }

  /** Call a few times a second, while this server may decide. */
  tick(nowMs: number): void {
    if (this.isUnderWay || nowMs < this.notBeforeMs) return;
    const due: Wanted[] = [];
    for (const one of this.wanted.values()) {
      one.seenMs ??= nowMs;
      if (nowMs - one.seenMs >= (one.isMine ? SOON_MS : OTHERS_MS)) due.push(one);
    }
    if (due.length === 0) return;
    this.notBeforeMs = nowMs + EVERY_MS;
    this.isUnderWay = true;
    void this.keep(due)
      .catch((error: Error) => {
        this.notBeforeMs = nowMs + AGAIN_MS;
        this.p.problem(`records behind a silence cannot be kept, trying again: ${error.message}`);
      })
      .finally(() => (this.isUnderWay = false));
  }

  private async keep(due: readonly Wanted[]): Promise<void> {
    for (const run of runsOf(due)) await this.keepRun(run);
  }

  private async keepRun({ from, to, all }: Run): Promise<void> {
    const { digests, first } = await this.digestsOf(from, to);
    let reports: Wanted[] = [];
    for (const one of all) {
      if (one.from >= first || isBorneOut(one, digests)) reports.push(one);
      else this.wanted.delete(one.sha256); // some have expired: the rest proves nothing
      await giveWay();
    }
    const isNeeded = (version: number): boolean =>
      this.keptDigest(version) !== digests.get(version) &&
      reports.some((one) => one.from <= version && version <= one.to);
    const needed = [...digests.keys()].sort((a, b) => a - b).filter(isNeeded);
    let records: HeardRecord[] = [];
    let bytes = 0;
    const write = async (last: number): Promise<void> => {
      const done = reports.filter((one) => one.to <= last);
      await this.write(done, records);
      for (const one of done) one.seenMs = null; // it comes back in a moment, if it was written
      reports = reports.filter((one) => one.to > last);
      [records, bytes] = [[], 0];
    };
    let next = 0;
    for await (const record of this.records(needed[0] ?? Infinity, needed.at(-1) ?? 0)) {
      if (record.version > needed[next]!) throw new Error('some of them went while they were read');
      if (record.version < needed[next]!) continue;
      next++;
      const size = JSON.stringify(record).length;
      if (records.length > 0 && bytes + size > MOST_BYTES) await write(record.version - 1);
      records.push(record);
      bytes += size;
      await giveWay();
    }
    if (next < needed.length) throw new Error('some of them went while they were read');
    if (reports.length > 0) await write(Infinity);
  }

  private async *records(from: number, to: number): AsyncGenerator<HeardRecord> {
    if (from > to) return;
    for await (const { version, type, data, meta } of this.p.store.read(PRESENCE_STREAM, from)) {
      if (version > to) return;
      yield { version, type, data, meta } as HeardRecord;
    }
  }

  /**
   * By content: after a log was moved, records of the presence log that it has now stand under numbers that others had. What
   * has expired is taken from copies. `first`: that the presence log has.
   */
  private async digestsOf(
    from: number,
    to: number,
  ): Promise<{ digests: Map<number, string>; first: number }> {
    const digests = new Map<number, string>();
    let known = to + 1; // those that were read lately are remembered, up to the end
    for (let digest; known > from && (digest = this.p.digestAt(known - 1)) !== undefined; known--)
      digests.set(known - 1, digest);
    let first = known;
    for await (const record of this.records(from, known - 1)) {
      digests.set(record.version, digestOfRecord(record));
      first = Math.min(first, record.version);
      await giveWay();
    }
    for (let version = from; version < first; version++) {
      const kept = this.keptDigest(version);
      if (kept !== undefined) digests.set(version, kept);
    }
    return { digests, first };
  }

  private keptDigest(version: number): string | undefined {
    const kept = this.recent.get(version);
    return kept && digestOfRecord(kept);
  }

  private async write(reports: readonly Wanted[], records: HeardRecord[]): Promise<void> {
    const data: PresenceKept = { of: reports.map(({ sha256 }) => sha256), records };
    const meta = { v: STORED_FORM, at: isoOf(this.p.clock.wallMs()) };
    await this.p.store.publish(HEARD_STREAM, { id: randomUuid(), type: PRESENCE_KEPT, data, meta });
  }

  /** The records behind a report: those that are kept, else those that the presence log still has. */
  async behind(heard: Heard): Promise<{ records: HeardRecord[]; isKept: boolean }> {
    const { from, to } = heard;
    const found = await this.places.behind(heard);
    const isKept = found.size > to - from;
    if (!isKept) for await (const record of this.records(from, to)) found.set(record.version, record);
    return { records: [...found.values()].sort((a, b) => a.version - b.version), isKept };
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved() {
    return { wanted: [...this.wanted.values()].map((one) => ({ ...one })), ...this.places.saved() };
  }
  restore({ wanted, ...places }: ReturnType<KeptPresence['saved']>): void {
    // it may be the snapshot of another server; and this one has been away
    for (const one of wanted) this.wanted.set(one.sha256, { ...one, seenMs: null, isMine: false });
    this.places.restore(places);
  }
}
