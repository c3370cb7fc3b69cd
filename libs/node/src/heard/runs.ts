import { runDigest } from '@conclave/event-store';

/** A report, and the records that it rests on. */
export interface Wanted {
  from: number;
  to: number;
  sha256: string;
  /** Null: since the replay. */
  seenMs: number | null;
  isMine: boolean;
}

/** Reports that rest on them are named in one event: 67 bytes each. */
const MOST_REPORTS = 500;

export interface Run {
  from: number;
  to: number;
  all: Wanted[];
}

/** Ranges that touch are read once, unless too many reports rest on them. */
export function runsOf(due: readonly Wanted[]): Run[] {
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

/** Whether the records that are there are those that it rests on, by their digests. */
export function isBorneOut({ from, to, sha256 }: Wanted, digests: ReadonlyMap<number, string>): boolean {
  const run: [number, string][] = [];
  for (let version = from; version <= to; version++) {
    const digest = digests.get(version);
    if (digest === undefined) return false;
    run.push([version, digest]);
  }
  return runDigest(run) === sha256;
}
