import type { Append, Id } from '@conclave/election';
import { electionsOf, explainElection, type Election, type ExplainedElection } from './explain.js';

export interface ElectionsFound {
  elections: Election[];
  next: number | null;
}

/** A page ends when it has so many: of a large group one election has a thousand. */
const PAGE_VERDICTS = 10_000;

/** Elections from term `from` on, at most `limit`; `next`: the term that a further page begins with. */
export async function electionPage(
  appends: AsyncIterable<Append>,
  from: number,
  limit: number,
): Promise<ElectionsFound> {
  const elections: Election[] = [];
  let verdicts = 0;
  for await (const { election } of electionsOf(appends)) {
    if (election.term < from) continue;
    if (elections.length === limit || verdicts >= PAGE_VERDICTS) return { elections, next: election.term };
    verdicts += election.verdicts.length;
    elections.push(election);
  }
  return { elections, next: null };
}

/** One election, explained; null if the history has no such term. */
export async function electionOf(
  appends: AsyncIterable<Append>,
  term: number,
  runner?: Id,
): Promise<ExplainedElection | null> {
  for await (const found of electionsOf(appends))
    if (found.election.term === term) return explainElection(found, runner);
  return null;
}
