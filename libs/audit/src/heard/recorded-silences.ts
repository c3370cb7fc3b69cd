import type { Id, RecordedEvent } from '@conclave/election';
import type { GroupState } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';
import { PresenceKept, type HeardRecord } from './heard-record.js';
import { judgeHeard, reportIn, type Report } from './judge-heard.js';
import { RecentRecords } from './recent-records.js';

/** So many reports wait for the records that they rest on: those come within seconds. */
const MOST_WAITING = 10_000;

interface Waiting {
  report: Report;
  version: number;
}

/** Whether what is kept of the presence log bears out the reports that rest on it. Told in the log's one order. */
export class RecordedSilences {
  /** By digest: whose leaders die together rest on the same records. */
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly records = new RecentRecords<HeardRecord>();

  constructor(private readonly problem: (group: Id, version: number, why: string) => void) {}

  /** The first event of an append, and the group before it. */
  reported({ meta, version }: RecordedEvent, before: GroupState): void {
    const report = reportIn(meta.command, before);
    if (!report) return;
    const { sha256 } = report.heard;
    this.waiting.set(sha256, [...(this.waiting.get(sha256) ?? []), { report, version }]);
    if (this.waiting.size > MOST_WAITING) this.waiting.delete(this.waiting.keys().next().value!);
  }

  /** Why it is none of Conclave, or null. */
  kept({ data }: StoredEvent): string | null {
    const kept = PresenceKept.safeParse(data).data;
    if (!kept) return 'it does not hold records of the presence log';
    for (const record of kept.records) this.records.add(record.version, record);
    for (const sha256 of kept.of) this.judge(sha256);
    return null;
  }

  private judge(sha256: string): void {
    const left = (this.waiting.get(sha256) ?? []).filter(({ report, version }) => {
      const records = this.records.run(report.heard.from, report.heard.to);
      if (!records) return true; // the rest follows, or is nowhere
      const { problem } = judgeHeard(report, records);
      if (problem) this.problem(report.group, version, problem);
      return false;
    });
    if (left.length > 0) this.waiting.set(sha256, left);
    else this.waiting.delete(sha256); // or it was judged before, or is sealed in an archive
  }
}
