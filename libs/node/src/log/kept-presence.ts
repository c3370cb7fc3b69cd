import { HEARD_STREAM, HeardRecord, PRESENCE_KEPT, PresenceKept } from '@conclave/audit';
import {
  PRESENCE_STREAM,
  STORED_FORM,
  type Append,
  type GroupListener,
  type Heard,
} from '@conclave/election';
import { isOwn, type Consumer, type EventStore, type StoredAppend } from '@conclave/event-store';
import { giveWay, isoOf, randomUuid, type Clock } from '@conclave/kernel';

/** Reports that come together share what they rest on. */
const SOON_MS = 2_000;
/** Whoever decided keeps it; if that server is gone, another one does. */
const OTHERS_MS = 60_000;
const EVERY_MS = 1_000;
const AGAIN_MS = 6_000;
/** Of one event, so that nobody waits for what writes or reads it: records, and reports that rest on them (67 B each). */
const MOST_BYTES = 50_000;
const MOST_REPORTS = 500;

interface Wanted {
  from: number;
  to: number;
  sha256: string;
  /** Null: since the replay. */
  seenMs: number | null;
  isMine: boolean;
}
export interface KeptPresenceParts {
  store: Pick<EventStore, 'read' | 'publish'>;
  clock: Clock;
  instance: string;
  problem: (message: string) => void;
}

/**
 * The presence log goes after two days, and silence is proved by it: the records that a report rests on are copied to a
 * stream that stays. Level-triggered: what is not kept yet is kept later, by whichever server.
 */
export class KeptPresence implements Consumer, GroupListener {
  private readonly wanted = new Map<string, Wanted>();
  /** Where in the stream the records behind a report stand. */
  private readonly places = new Map<string, number[]>();
  private notBeforeMs = -Infinity;
  private isUnderWay = false;

  constructor(private readonly p: KeptPresenceParts) {}

  changed({ events: [first] }: Append): void {
    const { command, instance } = first!.meta;
    const heard = command && 'heard' in command ? command.heard : undefined;
    if (!heard || this.places.has(heard.sha256)) return;
    const { from, to, sha256 } = heard;
    this.wanted.set(sha256, { from, to, sha256, seenMs: null, isMine: instance === this.p.instance });
  }

  apply({ stream, events }: StoredAppend): void {
    if (stream !== HEARD_STREAM) return;
    for (const { type, data, meta, version } of events) {
      if (type !== PRESENCE_KEPT || !isOwn({ meta })) continue;
      const { of = [], records = [] } = data as Partial<PresenceKept>;
      for (const sha256 of of) {
        this.places.set(sha256, [...(this.places.get(sha256) ?? []), version]);
        const isWhole = (this.wanted.get(sha256)?.to ?? 0) <= (records.at(-1)?.version ?? 0);
        if (isWhole) this.wanted.delete(sha256);
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
    for (const run of runsOf(due)) {
      let reports: readonly Wanted[] | null = null;
      let records: HeardRecord[] = [];
      let bytes = 0;
      for await (const { version, type, data, meta } of this.p.store.read(PRESENCE_STREAM, run.from)) {
        if (version > run.to) break;
        reports ??= this.whole(run, version);
        const record = { version, type, data, meta } as HeardRecord;
        const size = JSON.stringify(record).length;
        if (records.length > 0 && bytes + size > MOST_BYTES) {
          await this.write(reports, records);
          [records, bytes] = [[], 0];
        }
        records.push(record);
        bytes += size;
        await giveWay();
      }
      await this.write(reports ?? this.whole(run, Infinity), records);
    }
  }

  /** Those whose records are all there; of the others some have expired, and the rest proves nothing. */
  private whole({ all }: Run, first: number): Wanted[] {
    for (const { from, sha256 } of all) if (from < first) this.wanted.delete(sha256);
    return all.filter(({ from }) => from >= first);
  }

  private async write(reports: readonly Wanted[], records: HeardRecord[]): Promise<void> {
    const [first, last] = [records[0]?.version ?? Infinity, records.at(-1)?.version ?? 0];
    const of = reports.flatMap(({ from, to, sha256 }) => (from <= last && to >= first ? [sha256] : []));
    if (of.length === 0) return;
    const data: PresenceKept = { of, records };
    const meta = { v: STORED_FORM, at: isoOf(this.p.clock.wallMs()) };
    await this.p.store.publish(HEARD_STREAM, { id: randomUuid(), type: PRESENCE_KEPT, data, meta });
  }

  /** The records behind a report: those that are kept, else those that the presence log still has. */
  async behind({ from, to, sha256 }: Heard): Promise<{ records: HeardRecord[]; isKept: boolean }> {
    const records = new Map<number, HeardRecord>();
    const add = ({ version, type, data, meta }: HeardRecord): void => {
      if (version >= from && version <= to) records.set(version, { version, type, data, meta });
    };
    for (const place of this.places.get(sha256) ?? [])
      for await (const { version, data } of this.p.store.read(HEARD_STREAM, place)) {
        if (version === place) (data as unknown as PresenceKept).records.forEach(add);
        break;
      }
    const isKept = records.size > 0;
    if (!isKept)
      for await (const event of this.p.store.read(PRESENCE_STREAM, from)) {
        if (event.version > to) break;
        add(event as unknown as HeardRecord);
      }
    return { records: [...records.values()].sort((a, b) => a.version - b.version), isKept };
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): { wanted: Wanted[]; places: [string, number[]][] } {
    return { wanted: [...this.wanted.values()].map((one) => ({ ...one })), places: [...this.places] };
  }
  restore({ wanted, places }: ReturnType<KeptPresence['saved']>): void {
    for (const one of wanted) this.wanted.set(one.sha256, { ...one, seenMs: null });
    for (const [sha256, versions] of places) this.places.set(sha256, versions);
  }
}

interface Run {
  from: number;
  to: number;
  all: Wanted[];
}

/** Ranges that touch are read once, unless too many reports rest on them. */
function runsOf(due: readonly Wanted[]): Run[] {
  const runs: Run[] = [];
  for (const one of [...due].sort((a, b) => a.from - b.from)) {
    const last = runs.at(-1);
    if (last && one.from <= last.to + 1 && last.all.length < MOST_REPORTS) {
      last.to = Math.max(last.to, one.to);
      last.all.push(one);
    } else runs.push({ from: one.from, to: one.to, all: [one] });
  }
  return runs;
}
