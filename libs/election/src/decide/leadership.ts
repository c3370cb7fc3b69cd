import { chooseLeader, isEligible, outranks } from '../rule/choose-leader.js';
import { isReachedBy } from '../fold/evolve.js';
import type { Draft } from './draft.js';
import type { CausedBy } from '../model/events.js';
import type { RunnerState } from '../model/state.js';
import type { ElectCause, EndCause, Id, RevokeCause } from '../model/vocabulary.js';

/** Opens the next term if somebody is eligible (G1: terms rise by exactly one). */
function elect(d: Draft, cause: ElectCause): boolean {
  const { winner, verdicts } = chooseLeader(d.state, d.at);
  if (!winner || d.state.pause) return false;
  const last = d.state.recentTerms.at(-1);
  const { leaseMs, failover } = d.state.settings;
  d.follow('LeaderElected', {
    term: d.state.term + 1,
    runner: winner.id,
    incarnation: winner.incarnation,
    cause,
    previous: last ? { runner: last.runner, term: last.term } : null,
    leaseMs,
    failover,
    verdicts,
  });
  endTransfer(d);
  return true;
}

/** Closes the running term and elects in the same append; an election that finds nobody is recorded once. */
export function endTerm(d: Draft, cause: EndCause, cooldownUntil: string | null = null): void {
  const { term, runner, incarnation, handover } = d.state.leadership!;
  // whoever wanted the handover wanted its end; but force is an order of its own
  const order = cause === 'forced' && d.because ? d.because : (handover?.order ?? d.because);
  d.follow('LeadershipEnded', { term, runner, incarnation, cause, cooldownUntil }, order);
  if (elect(d, cause)) return;
  const { verdicts } = chooseLeader(d.state, d.at);
  endTransfer(d);
  d.follow('GroupLeaderless', { afterTerm: term, cause, paused: d.state.pause !== null, verdicts });
}

/** The term that a transfer wanted to end is over: it reached its aim, or somebody else had to be taken. */
function endTransfer(d: Draft): void {
  const { transfer, leadership } = d.state;
  if (!transfer || transfer.isExpired) return;
  const leader = leadership?.runner ?? null;
  const isReached = leader !== null && isReachedBy(transfer, leader);
  const nobody = d.state.pause ? 'elections are paused' : 'nobody was eligible';
  const why = isReached
    ? null
    : leader === null
      ? nobody
      : `"${leader}" was elected: the target was not eligible any more`;
  const outcome = isReached ? 'completed' : 'aborted';
  d.remark('TransferEnded', { transfer: transfer.id, outcome, why, leader }, transfer.order);
}

/**
 * Tells a live leader to stop. Break before make, unless the group is fenced: then the next starts at once.
 */
export function revoke(d: Draft, cause: RevokeCause, key?: Id): void {
  const { term, runner, incarnation } = d.state.leadership!;
  const { winner, verdicts } = chooseLeader(d.state, d.at);
  const successor = d.state.pause ? null : (winner?.id ?? null);
  const data = { term, runner, incarnation, cause, successor, verdicts, ...(key && { key }) };
  const transfer = cause === 'transfer' ? { transfer: d.state.transfer!.id } : {};
  d.follow('LeadershipRevoked', { ...data, ...transfer }, orderOf(cause, d, key));
  endHandoverIfFenced(d);
}

/** The order that a leader has to yield to, however long it had stood. */
function orderOf(cause: RevokeCause, { state, because }: Draft, key?: Id): CausedBy | null {
  switch (cause) {
    case 'pinned':
      return state.pin!.order;
    case 'drained':
      return state.pause!.order;
    case 'transfer':
      return state.transfer!.order;
    case 'tainted':
      return state.runners.get(state.leadership!.runner)!.taints.find((t) => t.key === key)!.order;
    default:
      return because;
  }
}

function endHandoverIfFenced(d: Draft): void {
  if (d.state.leadership?.handover && d.state.settings.failover === 'fenced') endTerm(d, 'fenced');
}

/** Level-triggered: whatever just changed, brings leadership in line with the rule of docs/concepts.md. */
export function settle(d: Draft, cause: ElectCause): void {
  const held = d.state.leadership;
  if (!held) {
    elect(d, cause);
    return;
  }
  if (held.handover) return endHandoverIfFenced(d);
  const leader = d.state.runners.get(held.runner)!;
  const taint = leader.taints.find((t) => t.effect === 'NoLead');
  if (taint) return revoke(d, 'tainted', taint.key);
  if (d.state.pause) return; // a leader stays
  if (isPinnedAway(leader, d)) return revoke(d, 'pinned');
  if (d.state.settings.failback === 'always' && !held.isTransferred && isOutranked(leader, d))
    revoke(d, 'failback');
}

/** A strict pin lets nobody else lead; a preferred runner leads whenever it can. */
function isPinnedAway(leader: RunnerState, { state, at }: Draft): boolean {
  const { pin } = state;
  if (!pin || pin.runner === leader.id) return false;
  const pinned = state.runners.get(pin.runner);
  return pin.mode === 'strict' || (pinned !== undefined && isEligible(pinned, state, at));
}

/** Anybody who may be elected and comes before the leader: of a thousand runners, without a verdict on each. */
const isOutranked = (leader: RunnerState, { state, at }: Draft): boolean =>
  [...state.runners.values()].some((r) => outranks(r, leader, state, at) && isEligible(r, state, at));
