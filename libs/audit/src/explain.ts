import {
  chooseLeader,
  evolve,
  verdictInWords,
  whyLeaderless,
  type ElectCause,
  type EndCause,
  type GroupState,
  type Id,
  type Iso,
  type RecordedEvent,
  type Settings,
  type Verdict,
} from '@conclave/election';
import { appendInWords } from './event-words.js';
import type { Append } from './append.js';
import { needInWords, needsOf, type Need } from './needs.js';

/** One election of a group's history (DESIGN §12). */
export interface Election {
  term: number;
  runner: Id;
  incarnation: string;
  cause: ElectCause;
  at: Iso;
  actor: string;
  reason: string | null;
  verdicts: Verdict[];
  endedAt: Iso | null;
  endCause: EndCause | null;
  words: string;
}
/** How one runner stood in an election, and what would have had to differ for it to win. */
export interface Standing {
  runner: Id;
  verdict: Verdict;
  needs: Need[];
  words: string;
}
export interface ExplainedElection extends Election {
  /** Everything that was written with it: what set it off, and what it ended. */
  append: RecordedEvent[];
  /** The policy in force. */
  settings: Settings;
  standings: Standing[];
}
/** Why the group is as it is now. */
export interface Explanation {
  group: Id;
  at: Iso;
  version: number;
  leader: Id | null;
  term: number;
  words: string;
  standings: Standing[];
}

/** The election in this append, if there is one; its end is not known yet. */
export function electionIn(append: Append): Election | null {
  const index = append.events.findIndex((e) => e.type === 'LeaderElected');
  const event = append.events[index];
  if (event?.type !== 'LeaderElected') return null;
  const { term, runner, incarnation, cause, verdicts } = event.data;
  const { at, actor, reason } = event.meta;
  return { term, runner, incarnation, cause, at, actor, reason, verdicts, endedAt: null, endCause: null, words: appendInWords(append)[index]! };
}

/** Elections of a history, each told once it has ended; the running one last. */
export async function* electionsOf(appends: AsyncIterable<Append>): AsyncGenerator<{ election: Election; append: Append }> {
  let open: { election: Election; append: Append } | null = null;
  for await (const append of appends) {
    const ended = append.events.find((e) => e.type === 'LeadershipEnded');
    if (ended && open && ended.data.term === open.election.term) {
      yield { ...open, election: { ...open.election, endedAt: ended.meta.at, endCause: ended.data.cause } };
      open = null;
    }
    const election = electionIn(append);
    if (election) open = { election, append };
  }
  if (open) yield open;
}

export function explained({ election, append }: { election: Election; append: Append }): ExplainedElection {
  const index = append.events.findIndex((e) => e.type === 'LeaderElected');
  const state = append.events.slice(0, index).reduce((s, event) => evolve(s, event), append.before); // as it was decided on
  return { ...election, append: [...append.events], settings: state.settings, standings: standingsIn(state, election.at) };
}

/** Every runner's standing in an election at this moment, best first. */
function standingsIn(state: GroupState, at: Iso): Standing[] {
  const { verdicts } = chooseLeader(state, at);
  const standings = verdicts.map((verdict): Standing => {
    const needs = needsOf(verdict.runner, state, at);
    const would = needs.length > 0 ? `; it would be elected with: ${needs.map(needInWords).join(', ')}` : '';
    return { runner: verdict.runner, verdict, needs, words: verdictInWords(verdict, state) + would };
  });
  return standings.sort((a, b) => (a.verdict.rank ?? Infinity) - (b.verdict.rank ?? Infinity));
}

/** Why somebody leads, or nobody does, and how every runner would stand in an election now. */
export function explainNow(state: GroupState, at: Iso): Explanation {
  const { leadership, term, id, version } = state;
  const why = leadership?.handover
    ? `runner "${leadership.runner}" leads in term ${term} since ${leadership.since} and must stop (${leadership.handover.cause}); then the next is elected`
    : leadership
      ? `runner "${leadership.runner}" leads in term ${term} since ${leadership.since}; there is an election when its term ends`
      : `nobody leads: ${whyLeaderless(state, at)}`;
  return { group: id, at, version, leader: leadership?.runner ?? null, term, words: why, standings: standingsIn(state, at) };
}
