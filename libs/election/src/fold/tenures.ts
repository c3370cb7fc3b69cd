import type { DataOf, Occurrence } from '../model/events.js';
import { evolve } from './evolve.js';
import type { Own } from './runners.js';
import { orderBehind, type Order } from './orders.js';
import type { GroupState } from '../model/state.js';
import type { EndCause, Id, Iso, VacancyWhy } from '../model/vocabulary.js';

/** One term as people count it: who, from when to when, how it ended, how long nobody led after it. */
export interface Tenure {
  term: number;
  runner: Id;
  from: Iso;
  to: Iso | null;
  ms: number | null;
  /** Since when the leader had to stop; null: it never had. */
  handoverFrom: Iso | null;
  handoverMs: number | null;
  endCause: EndCause | null;
  /**
   * How long the leader had not been heard when its term ended by silence: nobody knows since when it did no
   * work.
   */
  silentMs: number | null;
  leaderlessAfterMs: number | null;
  /** Why nobody followed at once; null: somebody did. */
  vacancyWhy: VacancyWhy | null;
  /** The person on whose order it began, and why; null: nobody ordered it. */
  orderedBy: string | null;
  orderReason: string | null;
  endOrderedBy: string | null;
  endOrderReason: string | null;
  /** Terms just before this one of which nothing is recorded: lost with a part of the log (LogAccepted). */
  lostTerms: number;
}

const msBetween = (from: Iso, to: Iso): number => Date.parse(to) - Date.parse(from);

/** True if these are all terms of a group, from its first on. */
export const areWhole = ([first]: readonly Tenure[]): boolean => !first || first.term === first.lostTerms + 1;

const OF_TENURES: ReadonlySet<string> = new Set([
  'LeaderElected',
  'LeadershipRevoked',
  'LeadershipEnded',
  'GroupLeaderless',
]);
export const opensOrCloses = ({ type }: Pick<Occurrence, 'type'>): boolean => OF_TENURES.has(type);

/** What kept everybody from following, when the vacancy began; `mixed`: one this, another that. */
export function vacancyWhyOf({ paused, verdicts }: DataOf<'GroupLeaderless'>): VacancyWhy {
  if (paused) return 'paused';
  if (verdicts.length === 0) return 'no-runner';
  const whys = new Set(verdicts.map(({ why }) => why).filter((why) => why !== 'silent' && why !== 'pending'));
  if (whys.size === 0) return 'nobody-active';
  const [why] = whys;
  return whys.size === 1 ? ((VACANCIES as Partial<Record<string, VacancyWhy>>)[why!] ?? 'mixed') : 'mixed';
}
const VACANCIES = {
  tainted: 'all-tainted',
  'pinned-out': 'strict-pin',
  'cooling-down': 'cooling-down',
  flapping: 'flapping',
} as const;

/** Takes the terms that one append opened and closed into those before it, oldest first; no tenure is changed in place. */
export function addToTenures(
  tenures: Tenure[],
  { events, before }: { events: readonly Occurrence[]; before: GroupState },
): void {
  if (!events.some(opensOrCloses)) return;
  let state = before;
  const own: Own = new Set();
  events.forEach((event, index) => {
    addEvent(tenures, event, state, () => orderBehind(event, state.version + 1, before));
    if (index + 1 < events.length) state = evolve(state, event, own);
  });
}

/** `orderOf`: looks for it where an order matters. */
function addEvent(
  tenures: Tenure[],
  event: Occurrence,
  before: GroupState,
  orderOf: () => Order | null,
): void {
  const { at } = event.meta;
  const last = tenures.at(-1);
  if (event.type === 'LeaderElected') {
    const { term, runner } = event.data;
    if (last?.to) tenures[tenures.length - 1] = { ...last, leaderlessAfterMs: msBetween(last.to, at) };
    const lostTerms = term - 1 - (last?.term ?? 0);
    const order = orderOf();
    const open = {
      to: null,
      ms: null,
      handoverFrom: null,
      handoverMs: null,
      endCause: null,
      silentMs: null,
      leaderlessAfterMs: null,
      vacancyWhy: null,
      orderedBy: order?.actor ?? null,
      orderReason: order?.reason ?? null,
      endOrderedBy: null,
      endOrderReason: null,
    };
    tenures.push({ term, runner, from: at, ...open, lostTerms });
  } else if (event.type === 'LeadershipRevoked' && last) {
    tenures[tenures.length - 1] = { ...last, handoverFrom: at };
  } else if (event.type === 'GroupLeaderless' && last?.term === event.data.afterTerm) {
    tenures[tenures.length - 1] = { ...last, vacancyWhy: vacancyWhyOf(event.data) };
  } else if (event.type === 'LeadershipEnded' && last) {
    const order = orderOf();
    tenures[tenures.length - 1] = {
      ...last,
      to: at,
      ms: msBetween(last.from, at),
      endCause: event.data.cause,
      handoverMs: last.handoverFrom === null ? null : msBetween(last.handoverFrom, at),
      silentMs: silenceOf(last.runner, before, at),
      endOrderedBy: order?.actor ?? null,
      endOrderReason: order?.reason ?? null,
    };
  }
}

/** Set if this very append reported the silence. */
function silenceOf(runner: Id, { runners }: GroupState, at: Iso): number | null {
  const known = runners.get(runner);
  if (known?.status !== 'silent' || known.awaySince !== at || known.lastSeenAt === null) return null;
  return Math.max(0, msBetween(known.lastSeenAt, at));
}
