import type { Lifetime } from '../model/commands.js';
import { knownRunner } from './decide-runners.js';
import type { Draft } from './draft.js';
import { settle } from './leadership.js';
import type { Occasion } from '../model/events.js';
import { refuse } from '../model/rejections.js';
import type { GroupState, Taint } from '../model/state.js';
import { later } from '../model/time.js';
import { GONE_AFTER_MS, type ElectCause, type Iso, type LiftCause, type Until } from '../model/vocabulary.js';

type Words = Pick<Occasion, 'reason' | 'actor'>;

interface Ending {
  expiresAt: Iso | null;
  until: Until | null;
}

/** When the operator's word ends, as it is recorded: a time to live becomes an instant. */
export function lifetimeOf({ expiresAt, ttlMs, until }: Lifetime, d: Draft): Ending {
  if (expiresAt !== null && expiresAt <= d.at) {
    refuse(
      'invalid-request',
      `expiresAt ${expiresAt} is not after now (${d.at}). Give a later instant, or ttlMs.`,
    );
  }
  if (until) knownRunner(until.runnerGone, d);
  if (endOf({ expiresAt: null, until }, d.state, d.at)) {
    const { runnerGone } = until!;
    const since = d.state.runners.get(runnerGone)!.awaySince;
    refuse(
      'invalid-request',
      `until names runner "${runnerGone}", which is gone already (away since ${since}): this would end at once. Give a silentMs that is longer than that, or another end.`,
    );
  }
  return { expiresAt: ttlMs === null ? expiresAt : later(d.at, ttlMs), until };
}

export const sameLifetime = (a: Ending, b: Ending): boolean =>
  a.expiresAt === b.expiresAt &&
  a.until?.runnerGone === b.until?.runnerGone &&
  a.until?.silentMs === b.until?.silentMs;

/** Nothing new was said. The same words of somebody else are his own: nobody can compare them when they are forgotten. */
export const hasSameWords = (standing: Words, given: Words): boolean =>
  standing.reason === given.reason && (given.reason === null || standing.actor === given.actor);

/** Why this ends now, or null if it goes on. */
function endOf({ expiresAt, until }: Ending, state: GroupState, at: Iso): LiftCause | null {
  if (expiresAt !== null && expiresAt <= at) return 'expired';
  if (until === null) return null;
  const goneAt = goneAtOf(until, state);
  return goneAt !== null && goneAt <= at ? 'runner-gone' : null;
}

/** What ends of these taints: the first by the clock, and whether any is bound to a runner. */
interface Ends {
  readonly firstAt: Iso | null;
  readonly isBound: boolean;
}

/** So few are looked through faster than they are remembered: a WeakMap that grows stops everybody for 40 ms at a time. */
const REMEMBERED_FROM = 32;
/** Kept with the taints, which never change: 16,000 of them would be looked through at each decision. */
const ends = new WeakMap<readonly Taint[], Ends>();

function endsOf(taints: readonly Taint[]): Ends {
  if (taints.length < REMEMBERED_FROM) return endsIn(taints);
  let known = ends.get(taints);
  if (!known) ends.set(taints, (known = endsIn(taints)));
  return known;
}

function endsIn(taints: readonly Taint[]): Ends {
  let firstAt: Iso | null = null;
  let isBound = false;
  for (const { expiresAt, until } of taints) {
    if (expiresAt !== null && (firstAt === null || expiresAt < firstAt)) firstAt = expiresAt;
    isBound ||= until !== null;
  }
  return { firstAt, isBound };
}

function mayEndBy(taints: readonly Taint[], at: Iso): boolean {
  if (taints.length === 0) return false;
  const { firstAt, isBound } = endsOf(taints);
  return isBound || (firstAt !== null && firstAt <= at);
}

/** Of a runner that the group does not have (any more). */
const LONG_AGO: Iso = '1970-01-01T00:00:00.000Z';

/** When the runner counts as gone if it stays away; null while it is active. */
function goneAtOf({ runnerGone, silentMs = GONE_AFTER_MS }: Until, { runners }: GroupState): Iso | null {
  const runner = runners.get(runnerGone);
  if (!runner) return LONG_AGO;
  return runner.awaySince === null ? null : later(runner.awaySince, silentMs);
}

/**
 * Leaves room for the rest of a decision: EventStoreDB drops subscriptions that get more than 100 events at
 * once.
 */
export const MOST_LIFTS = 90;

/**
 * Lifts what time or a runner's going has ended. Before and after every command, so nothing expired is ever
 * honoured; of taints {@link MOST_LIFTS} at once, those of the oldest runners first: an append stays small,
 * the deadlines go on.
 */
export function liftDue(d: Draft): void {
  let cause: ElectCause | null = null;
  for (const runner of d.state.runners.values()) {
    if (!mayEndBy(runner.taints, d.at)) continue;
    for (const taint of runner.taints) {
      const why = endOf(taint, d.state, d.at);
      if (!why || liftsOf(d) === MOST_LIFTS) continue;
      d.follow('RunnerUntainted', { runner: runner.id, key: taint.key, cause: why }, taint.order);
      cause = 'untainted';
    }
  }
  const { pin, pause } = d.state;
  const unpinned = pin && endOf(pin, d.state, d.at);
  if (unpinned) {
    d.follow('LeaderUnpinned', { runner: pin.runner, mode: pin.mode, cause: unpinned }, pin.order);
    cause = 'unpinned';
  }
  if (pause && endOf({ ...pause, until: null }, d.state, d.at)) {
    d.follow('ElectionsResumed', { cause: 'expired' }, pause.order);
    cause = 'resumed';
  }
  for (const { id, expiresAt, order } of d.state.proposals)
    if (expiresAt <= d.at) d.remark('OrderWithdrawn', { proposal: id, cause: 'expired' }, order);
  const { transfer, leadership } = d.state;
  if (transfer?.deadline && transfer.deadline <= d.at) {
    const why = 'the old leader had not stopped by the deadline; the handover goes on without a target';
    const leader = leadership?.runner ?? null;
    d.remark('TransferEnded', { transfer: transfer.id, outcome: 'expired', why, leader }, transfer.order);
  }
  if (cause) settle(d, cause);
}

const liftsOf = ({ events }: Draft): number =>
  events.filter(({ type, data }) => type === 'RunnerUntainted' && data.cause !== 'request').length;

/** The first instant after `after` at which something of this group ends by itself, or null. */
export function nextEndAt(state: GroupState, after: Iso): Iso | null {
  let next: Iso | null = null;
  const consider = (at: Iso | null): void => {
    if (at !== null && at > after && (next === null || at < next)) next = at;
  };
  for (const { taints } of state.runners.values()) {
    if (taints.length === 0) continue;
    const { firstAt, isBound } = endsOf(taints);
    // most end by the clock and later than the first one found: one look at the first of them tells
    if (!isBound && (firstAt === null || firstAt > after)) consider(firstAt);
    else for (const taint of taints) considerEnding(taint);
  }
  if (state.pin) considerEnding(state.pin);
  consider(state.pause?.expiresAt ?? null);
  for (const { expiresAt } of state.proposals) consider(expiresAt);
  consider(state.transfer?.deadline ?? null);
  return next;

  function considerEnding({ expiresAt, until }: Ending): void {
    consider(expiresAt);
    if (until) consider(goneAtOf(until, state));
  }
}
