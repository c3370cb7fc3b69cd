import type { Id, RecordedEvent } from '@conclave/election';
import type { GroupState } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';
import { PresenceKept } from './heard-record.js';
import { judgeHeard, reportIn, type Report } from './judge-heard.js';
import { RecentRecords } from './recent-records.js';

/** So many reports wait for the records that they rest on: those come within seconds. */
const MOST_WAITING = 10_000;

/** What a report rests on is at most 2,000 of the 4,000 before; others may come in between. */
const MOST_RECORDS = 12_000;

interface Waiting {
  report: Report;
  version: number;
  /** What is wrong with it, by what was kept when it was named last. */
  problem: string | null;
}

/** Whether what is kept of the presence log bears out the reports that rest on it. Told in the log's one order. */
export class RecordedSilences {
  /** By digest: whose leaders die together rest on the same records. */
  private readonly waiting = new Map<string, Waiting[]>();
  private count = 0;
  private readonly records = new RecentRecords(MOST_RECORDS);

  constructor(private readonly problem: (group: Id, version: number, why: string) => void) {}

  /** The first event of an append, and the group before it. */
  reported({ meta, version }: RecordedEvent, before: GroupState): void {
    const report = reportIn(meta.command, before);
    if (!report) return;
    const { sha256 } = report.heard;
    const beside = this.waiting.get(sha256);
    const one = { report, version, problem: null };
    if (beside) beside.push(one);
    else this.waiting.set(sha256, [one]);
    if (++this.count > MOST_WAITING) this.giveUp(this.waiting.keys().next().value!);
  }

  /** Why it is none of Conclave, or null. */
  kept({ data }: StoredEvent): string | null {
    const kept = PresenceKept.safeParse(data).data;
    if (!kept) return 'it does not hold records of the presence log';
    for (const record of kept.records) this.records.add(record.version, record);
    for (const sha256 of kept.of) this.judge(sha256);
    return null;
  }

  /** What does not bear it out may be other records of that number, from before a log was moved: the right ones may follow. */
  private judge(sha256: string): void {
    const waiting = this.waiting.get(sha256) ?? []; // or it was judged before, or is sealed in an archive
    const left = waiting.filter((one) => {
      const { from, to } = one.report.heard;
      const records = this.records.run(from, to);
      if (!records) return true;
      one.problem = judgeHeard(one.report, records).problem;
      return one.problem !== null;
    });
    this.count -= waiting.length - left.length;
    if (left.length > 0) this.waiting.set(sha256, left);
    else this.waiting.delete(sha256);
  }

  /** The log is at its end: what was not borne out so far is not. */
  finish(): void {
    for (const sha256 of [...this.waiting.keys()]) this.giveUp(sha256);
  }

  private giveUp(sha256: string): void {
    const waiting = this.waiting.get(sha256)!;
    for (const { report, version, problem } of waiting)
      if (problem !== null) this.problem(report.group, version, problem);
    this.count -= waiting.length;
    this.waiting.delete(sha256);
  }
}
