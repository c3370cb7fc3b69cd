import { suppressedUntil } from './damping.js';
import type { GroupState, RunnerState } from '../model/state.js';
import { MAX_VERDICT_KEYS, type Iso, type Verdict } from '../model/vocabulary.js';

export interface Choice {
  winner: RunnerState | null;
  verdicts: Verdict[];
}

/** One step of the order of candidates; smaller is better. `why` is what a loser is told. */
interface Criterion {
  why: Verdict['why'];
  cost: (r: RunnerState, state: GroupState, at: Iso) => number;
}

const PREFER_PIN: Criterion = {
  why: 'prefer-pin',
  cost: (r, { pin }) => (pin?.mode === 'prefer' && pin.runner === r.id ? 0 : 1),
};
/** While a transfer runs its target comes first, and the runner it leads away from comes last. */
const TRANSFER: Criterion = {
  why: 'prefer-pin',
  cost: (r, { transfer }) =>
    transfer === null ? 0 : r.id === transfer.from ? 2 : r.id === transfer.to ? 0 : 1,
};
const UNSETTLED: Criterion = { why: 'unsettled', cost: (r, state, at) => (isSettled(r, state, at) ? 0 : 1) };
const LAST: readonly Criterion[] = [
  { why: 'prefer-no-lead', cost: (r) => (r.taints.some((t) => t.effect === 'PreferNoLead') ? 1 : 0) },
  { why: 'priority', cost: (r, state) => (state.settings.strategy === 'priority' ? -r.priority : 0) },
  { why: 'seniority', cost: (r) => r.seniority },
];
const ORDER = [TRANSFER, PREFER_PIN, UNSETTLED, ...LAST];
/** A loser is told the first of these, in the order of docs/formats.md: there, unsettled is before a pin. */
const TOLD = [TRANSFER, UNSETTLED, PREFER_PIN, ...LAST];

/** Unsettled: its last term ended badly and it has not been active for one lease since (docs/concepts.md). */
function isSettled(r: RunnerState, state: GroupState, at: Iso): boolean {
  if (r.unsettledSince === null) return true;
  if (r.activeSince === null) return false;
  return Date.parse(at) >= settledAtMs(r, state);
}

/** When an unsettled, active runner becomes settled, ms since the epoch. */
export function settledAtMs(r: RunnerState, state: GroupState): number {
  const since = Math.max(Date.parse(r.unsettledSince ?? ''), Date.parse(r.activeSince ?? ''));
  return since + state.settings.leaseMs;
}

export const coolsDownAt = (r: RunnerState, at: Iso): boolean =>
  r.cooldownUntil !== null && r.cooldownUntil > at;

/** Why this runner may not be elected, or null if it may (G3). */
function ineligibility(
  r: RunnerState,
  { pin, settings }: GroupState,
  at: Iso,
): Pick<Verdict, 'why' | 'keys' | 'moreKeys' | 'until'> | null {
  if (r.status !== 'active') return { why: r.status };
  const keys = r.taints.filter((t) => t.effect !== 'PreferNoLead').map((t) => t.key);
  const moreKeys = keys.length - MAX_VERDICT_KEYS;
  if (moreKeys > 0) return { why: 'tainted', keys: keys.slice(0, MAX_VERDICT_KEYS), moreKeys };
  if (keys.length > 0) return { why: 'tainted', keys };
  if (pin?.mode === 'strict' && pin.runner !== r.id) return { why: 'pinned-out' };
  if (coolsDownAt(r, at)) return { why: 'cooling-down', until: r.cooldownUntil! };
  const until = suppressedUntil(r, settings, at);
  if (until !== null) return { why: 'flapping', until };
  return null;
}

function compare(a: RunnerState, b: RunnerState, state: GroupState, at: Iso): number {
  for (const { cost } of ORDER) {
    const difference = cost(a, state, at) - cost(b, state, at);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True if the rule would let this runner be elected now. */
export const isEligible = (r: RunnerState, state: GroupState, at: Iso): boolean =>
  ineligibility(r, state, at) === null;

/** True if `a` would be elected before `b`, both taken as eligible. */
export const outranks = (a: RunnerState, b: RunnerState, state: GroupState, at: Iso): boolean =>
  compare(a, b, state, at) < 0;

/** Who may be elected at this moment, best first: the first would be. */
export function ranking(state: GroupState, at: Iso): RunnerState[] {
  return [...state.runners.values()]
    .filter((r) => isEligible(r, state, at))
    .sort((a, b) => compare(a, b, state, at));
}

/**
 * The election rule of docs/concepts.md: equal inputs give equal results on any machine (G4). `at` counts for
 * expiries only.
 */
export function chooseLeader(state: GroupState, at: Iso): Choice {
  const barred = new Map([...state.runners.values()].map((r) => [r, ineligibility(r, state, at)]));
  const ranked = [...barred.keys()]
    .filter((r) => barred.get(r) === null)
    .sort((a, b) => compare(a, b, state, at));
  const winner = ranked[0] ?? null;
  const ranks = new Map(ranked.map((r, i) => [r, i + 1]));
  const verdicts = [...barred].map(([r, bar]): Verdict => {
    const about = { runner: r.id, incarnation: r.incarnation };
    if (bar) return { ...about, eligible: false, rank: null, ...bar };
    return {
      ...about,
      eligible: true,
      rank: ranks.get(r)!,
      why: winner === r ? 'chosen' : outrankedBy(winner!, r, state, at),
    };
  });
  return { winner, verdicts };
}

export function outrankedBy(
  winner: RunnerState,
  loser: RunnerState,
  state: GroupState,
  at: Iso,
): Verdict['why'] {
  return TOLD.find(({ cost }) => cost(winner, state, at) < cost(loser, state, at))!.why;
}
