import type { ElectionCommand, GroupState, Heard, Id, Iso } from '@conclave/election';
import { runDigest } from '@conclave/event-store';
import { beatsIn, digestOfRecord, saidIn, type HeardRecord } from './heard-record.js';

/** A report that somebody is given up, and what it rests on. */
export interface Report {
  group: Id;
  runner: Id;
  incarnation: string;
  /** That it held; null: a standby. */
  term: number | null;
  /** The lease of that term is over (L4); else a silence (L3). */
  isExpiry: boolean;
  /** It was told to stop before: only beats that say so count (L1). */
  isDraining: boolean;
  heard: Heard;
}

/** What the records say of it. `problem`: null if they bear it out. */
export interface HeardJudgement {
  problem: string | null;
  words: string;
}

/** How far a beat may run ahead of what its runner saw answered (L1). */
const UNANSWERED_MOST = 6;

/** The report that a command is, on the state before it; null if it rests on no records. */
export function reportIn(
  command: ElectionCommand | undefined,
  { id: group, leadership }: GroupState,
): Report | null {
  if (command?.type === 'ReportSilence' && command.heard) {
    const { runner, incarnation, term, heard } = command;
    return { group, runner, incarnation, term, isExpiry: false, isDraining: false, heard };
  }
  if (command?.type !== 'ReportLeaseExpired' || !command.heard || leadership?.term !== command.term)
    return null;
  const { runner, incarnation, term, handover } = leadership;
  return {
    group,
    runner,
    incarnation,
    term,
    isExpiry: true,
    isDraining: handover !== null,
    heard: command.heard,
  };
}

interface FoundBeat {
  version: number;
  at: Iso;
  isValid: boolean;
}

/** Whether the records are those that the report rests on, and whether nothing in them contradicts it. */
export function judgeHeard(report: Report, records: readonly HeardRecord[]): HeardJudgement {
  const { from, to, sha256 } = report.heard;
  const byVersion = new Map(records.map((record) => [record.version, record])); // two servers may have kept them
  const inRange = [...byVersion.values()]
    .filter(({ version }) => version >= from && version <= to)
    .sort((a, b) => a.version - b.version);
  if (runDigest(inRange.map((record) => [record.version, digestOfRecord(record)])) !== sha256)
    return judged(
      `records ${from} to ${to} of the presence log are not those that it rested on: they were changed, or some are missing`,
    );
  const beats = beatsOf(report, inRange);
  return report.isExpiry ? judgeExpiry(report, inRange, beats) : judgeSilence(report, inRange, beats);
}

const judged = (problem: string): HeardJudgement => ({ problem, words: problem });

function judgeExpiry(
  report: Report,
  records: readonly HeardRecord[],
  beats: readonly FoundBeat[],
): HeardJudgement {
  const { group, runner, term, heard } = report;
  const entry =
    records.at(-1) &&
    saidIn(records.at(-1)!)?.expired?.find((one) => one.group === group && one.term === term);
  if (records.at(-1)?.version !== heard.to || !entry)
    return judged(
      `record ${heard.to} of the presence log does not say that the lease of term ${term} is over`,
    );
  const hidden = beats.find(({ version, isValid }) => isValid && version > entry.after);
  if (hidden)
    return judged(
      `record ${hidden.version} of the presence log holds a beat of term ${term}, and record ${heard.to} says that there was none after ${entry.after}`,
    );
  const last = beats.filter(({ isValid }) => isValid).at(-1);
  return {
    problem: null,
    words: `${lastOf(runner, last, heard.from)}; none of term ${term} is among ${among(records, last)}; record ${heard.to} says that its lease is over`,
  };
}

function judgeSilence(
  report: Report,
  records: readonly HeardRecord[],
  beats: readonly FoundBeat[],
): HeardJudgement {
  const { runner, heard } = report;
  const hidden = beats.find(({ version }) => version > heard.from);
  if (hidden && beats.some(({ version }) => version === heard.from))
    return judged(
      `record ${hidden.version} of the presence log holds a beat of runner "${runner}", which is said to have been silent since record ${heard.from}`,
    );
  const last = beats.at(-1);
  return {
    problem: null,
    words: `${lastOf(runner, last, heard.from)}; none of it is among ${among(records, last)}`,
  };
}

const lastOf = (runner: Id, last: FoundBeat | undefined, from: number): string =>
  last
    ? `the last beat of runner "${runner}" is in record ${last.version}, of ${last.at}`
    : `no beat of runner "${runner}" from record ${from} on`;

function among(records: readonly HeardRecord[], last: FoundBeat | undefined): string {
  const after = records.filter(({ version }) => version > (last?.version ?? 0));
  const writers = new Set(after.flatMap((record) => saidIn(record)?.beats?.i ?? []));
  return `${after.length} records of ${writers.size} server${writers.size === 1 ? '' : 's'} after it`;
}

/** Every beat of the process in these records, as far as their numbers are known. */
function beatsOf(
  { group, runner, incarnation, term, isDraining, heard }: Report,
  records: readonly HeardRecord[],
): FoundBeat[] {
  const mine = new Map(heard.names.map(({ i, g, number, term: of }) => [`${i}/${g}/${number}`, of]));
  const found: FoundBeat[] = [];
  for (const record of records) {
    const said = saidIn(record);
    if (!said?.beats) continue;
    const { i, g, n = [] } = said.beats;
    for (const [number, ofGroup, ofRunner, ofProcess, of] of n) {
      const key = `${i}/${g}/${number}`;
      if (ofGroup === group && ofRunner === runner && ofProcess === incarnation) mine.set(key, of);
      else mine.delete(key);
    }
    for (const beat of beatsIn(said.beats)) {
      const of = mine.get(`${i}/${g}/${beat.number}`);
      if (of === undefined) continue;
      const isValid = of === term && beat.unanswered <= UNANSWERED_MOST && (!isDraining || beat.isDraining);
      found.push({ version: record.version, at: said.at, isValid });
    }
  }
  return found;
}
