import {
  type Append,
  byWhom,
  chooseLeader,
  evolveBy,
  orderBehind,
  verdictInWords,
  whyLeaderless,
  type ElectCause,
  type EndCause,
  type GroupState,
  type Id,
  type Iso,
  type Order,
  type RecordedEvent,
  type Settings,
  type Verdict,
} from '@conclave/election';
import { appendInWords } from './event-words.js';
import { Contest, needInWords, type Need } from './needs.js';

/** One election of a group's history (docs/auditing.md). */
export interface Election {
  term: number;
  runner: Id;
  incarnation: string;
  cause: ElectCause;
  at: Iso;
  actor: string;
  reason: string | null;
  /** On whose order: his who decided it, or his whom it followed from. */
  orderedBy: Order | null;
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

/** An election of a history, with the append that it is in and its place there. */
export interface Found {
  election: Election;
  append: Append;
  index: number;
}

/** Elections of a history, each told once it has ended; the running one last. One append may hold several. */
export async function* electionsOf(appends: AsyncIterable<Append>): AsyncGenerator<Found> {
  let open = null as Found | null;
  for await (const append of appends) {
    for (const [index, event] of append.events.entries()) {
      if (event.type === 'LeadershipEnded' && open?.election.term === event.data.term) {
        yield { ...open, election: { ...open.election, endedAt: event.meta.at, endCause: event.data.cause } };
        open = null;
      }
      if (event.type !== 'LeaderElected') continue;
      const { term, runner, incarnation, cause, verdicts } = event.data;
      const { at, actor, reason } = event.meta;
      const words = appendInWords(append)[index]!;
      open = {
        election: {
          term,
          runner,
          incarnation,
          cause,
          at,
          actor,
          reason,
          orderedBy: orderBehind(event, event.version, append.before),
          verdicts,
          endedAt: null,
          endCause: null,
          words,
        },
        append,
        index,
      };
    }
  }
  if (open) yield open;
}

/** `runner`: only how this one stood, then with every need; else each stands with the first few. */
export function explainElection({ election, append, index }: Found, runner?: Id): ExplainedElection {
  // as it was decided on
  const state = evolveBy(append.before, append.events.slice(0, index));
  return {
    ...election,
    append: [...append.events],
    settings: state.settings,
    standings: standingsIn(state, election.at, runner),
  };
}

/** So many that come before a runner are named where all runners are listed. */
const NAMED = 8;

/** Every runner's standing in an election at this moment, best first; or that of one. */
function standingsIn(state: GroupState, at: Iso, runner?: Id): Standing[] {
  const { verdicts } = chooseLeader(state, at);
  const contest = new Contest(state, at);
  const asked = runner === undefined ? verdicts : verdicts.filter((v) => v.runner === runner);
  const standings = asked.map((verdict): Standing => {
    const needs = contest.needsOf(verdict.runner, runner === undefined ? NAMED : Infinity);
    const would = needs.length > 0 ? `; it would be elected with: ${needs.map(needInWords).join(', ')}` : '';
    return { runner: verdict.runner, verdict, needs, words: verdictInWords(verdict, state) + would };
  });
  return standings.sort((a, b) => (a.verdict.rank ?? Infinity) - (b.verdict.rank ?? Infinity));
}

/** Why somebody leads, or nobody does, and how every runner would stand in an election now. */
export function explainNow(state: GroupState, at: Iso, runner?: Id): Explanation {
  const { leadership, term, id, version } = state;
  return {
    group: id,
    at,
    version,
    leader: leadership?.runner ?? null,
    term,
    words: leadInWords(state, at),
    standings: standingsIn(state, at, runner),
  };
}

/** Who leads and what comes then, or why nobody does; `most`: so many runners are spoken of. */
export function leadInWords(state: GroupState, at: Iso, most?: number): string {
  const { leadership, pause } = state;
  if (!leadership) return `nobody leads: ${whyLeaderless(state, at, most)}`;
  const leads = `runner "${leadership.runner}" leads in term ${leadership.term} since ${leadership.since}`;
  const stops = leadership.handover ? ` and must stop (${leadership.handover.cause})` : '';
  if (pause) return `${leads}${stops}; nobody follows while elections are paused${byWhom(pause)}`;
  if (!stops) return `${leads}; there is an election when its term ends`;
  const isAnyone = chooseLeader(state, at).winner !== null;
  return `${leads}${stops}; ${isAnyone ? 'then the next is elected' : 'nobody may follow yet'}`;
}
