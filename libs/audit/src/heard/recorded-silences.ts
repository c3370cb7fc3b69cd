import type { Id, RecordedEvent } from '@conclave/election';
import type { GroupState } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';
import { PresenceKept, type HeardRecord } from './heard-record.js';
import { judgeHeard, reportIn, type Report } from './judge-heard.js';

/** So many reports wait for the records that they rest on: those come within seconds. */
const MOST_WAITING = 10_000;

interface Waiting {
  report: Report;
  version: number;
  records: HeardRecord[];
}

/** Whether what is kept of the presence log bears out the reports that rest on it. Told in the log's one order. */
export class RecordedSilences {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly problem: (group: Id, version: number, why: string) => void) {}

  /** The first event of an append, and the group before it. */
  reported({ meta, version }: RecordedEvent, before: GroupState): void {
    const report = reportIn(meta.command, before);
    if (!report) return;
    this.waiting.set(report.heard.sha256, { report, version, records: [] });
    if (this.waiting.size > MOST_WAITING) this.waiting.delete(this.waiting.keys().next().value!);
  }

  /** Why it is none of Conclave, or null. */
  kept({ data }: StoredEvent): string | null {
    const kept = PresenceKept.safeParse(data).data;
    if (!kept) return 'it does not hold records of the presence log';
    for (const sha256 of kept.of) this.add(sha256, kept.records);
    return null;
  }

  private add(sha256: string, records: readonly HeardRecord[]): void {
    const waiting = this.waiting.get(sha256);
    if (!waiting) return; // it was judged, or is sealed in an archive
    const { report, version } = waiting;
    waiting.records.push(...records);
    if ((records.at(-1)?.version ?? 0) < report.heard.to) return; // the rest follows
    this.waiting.delete(sha256);
    const { problem } = judgeHeard(report, waiting.records);
    if (problem) this.problem(report.group, version, problem);
  }
}
