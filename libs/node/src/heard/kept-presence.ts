import {
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
import { runsOf, type Run, type Wanted } from './runs.js';

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
  problem: (message: string) => void;
}

/**
 * The presence log goes after two days, and silence is proved by it: the records that a report rests on are copied to a
 * stream that stays, each once, whatever rests on it. Level-triggered: what is not kept yet is kept later, by whichever server.
 */
export class KeptPresence implements Consumer, GroupListener {
  private readonly wanted = new Map<string, Wanted>();
  /** Which records the events of the stream hold, those in between perhaps not: of each its place, the first and the last. */
  private readonly places: [place: number, first: number, last: number][] = [];
  /** When each was kept: how many were before it. */
  private readonly recent = new RecentRecords<number>();
  private count = 0;
  private notBeforeMs = -Infinity;
  private isUnderWay = false;

  constructor(private readonly p: KeptPresenceParts) {}

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
      for (const record of records) this.recent.add(record.version, this.count++);
      if (records.length > 0) this.places.push([version, records[0]!.version, records.at(-1)!.version]);
      for (const sha256 of of) {
        const one = this.wanted.get(sha256);
        if (one && this.recent.run(one.from, one.to)) this.wanted.delete(sha256);
      }
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
    let reports = all;
    let records: HeardRecord[] = [];
    let bytes = 0;
    const write = async (last: number): Promise<void> => {
      const done = reports.filter((one) => one.to <= last);
      await this.write(done, records);
      for (const one of done) one.seenMs = null; // it comes back in a moment, if it was written
      reports = reports.filter((one) => one.to > last);
      [records, bytes] = [[], 0];
    };
    let next = from;
    while (next <= to && this.isKept(next)) next++;
    let first = Infinity;
    if (next <= to)
      for await (const { version, type, data, meta } of this.p.store.read(PRESENCE_STREAM, next)) {
        if (first === Infinity) reports = this.whole(reports, next, (first = version));
        if (version > to || reports.length === 0) break;
        if (this.isKept(version) || !reports.some((one) => one.from <= version && version <= one.to))
          continue;
        const record = { version, type, data, meta } as HeardRecord;
        const size = JSON.stringify(record).length;
        if (records.length > 0 && bytes + size > MOST_BYTES) await write(version - 1);
        records.push(record);
        bytes += size;
        await giveWay();
      }
    if (first === Infinity) reports = this.whole(reports, next, first);
    if (reports.length > 0) await write(Infinity);
  }

  private isKept(version: number): boolean {
    return (this.recent.get(version) ?? -Infinity) >= this.count - NOT_AGAIN;
  }

  /** Those that rest on none from `next` to before `first`: these have expired, and the rest proves nothing. */
  private whole(reports: readonly Wanted[], next: number, first: number): Wanted[] {
    const isGone = (one: Wanted): boolean => next < first && one.from < first && one.to >= next;
    for (const one of reports) if (isGone(one)) this.wanted.delete(one.sha256);
    return reports.filter((one) => !isGone(one));
  }

  private async write(reports: readonly Wanted[], records: HeardRecord[]): Promise<void> {
    const data: PresenceKept = { of: reports.map(({ sha256 }) => sha256), records };
    const meta = { v: STORED_FORM, at: isoOf(this.p.clock.wallMs()) };
    await this.p.store.publish(HEARD_STREAM, { id: randomUuid(), type: PRESENCE_KEPT, data, meta });
  }

  /** The records behind a report: those that are kept, else those that the presence log still has. */
  async behind({ from, to }: Heard): Promise<{ records: HeardRecord[]; isKept: boolean }> {
    const records = new Map<number, HeardRecord>();
    const isWhole = (): boolean => records.size > to - from;
    const add = ({ version, type, data, meta }: HeardRecord): void => {
      if (version >= from && version <= to) records.set(version, { version, type, data, meta });
    };
    for (const [place, first, last] of this.places) {
      if (first > to || last < from || isWhole()) continue;
      for await (const { version, data } of this.p.store.read(HEARD_STREAM, place)) {
        if (version === place) (data as unknown as PresenceKept).records.forEach(add);
        break;
      }
    }
    const isKept = isWhole();
    if (!isKept)
      for await (const event of this.p.store.read(PRESENCE_STREAM, from)) {
        if (event.version > to) break;
        add(event as unknown as HeardRecord);
      }
    return { records: [...records.values()].sort((a, b) => a.version - b.version), isKept };
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved() {
    return { wanted: [...this.wanted.values()].map((one) => ({ ...one })), places: [...this.places] };
  }
  restore({ wanted, places }: ReturnType<KeptPresence['saved']>): void {
    for (const one of wanted) this.wanted.set(one.sha256, { ...one, seenMs: null });
    this.places.push(...places);
  }
}
