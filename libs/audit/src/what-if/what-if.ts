import {
  addToTenures,
  initialState,
  patchedSettings,
  type Append,
  type GroupState,
  type Id,
  type Iso,
  type Rejection,
  type SettingsPatch,
  type Tenure,
  sameJson,
} from '@conclave/election';
import { availabilityOf } from '../tenures/availability.js';
import { Hindsight } from './hindsight/hindsight.js';
import { Counterfactual } from './counterfactual.js';
import { separate, type Fact } from './hindsight/facts.js';
import { LeftOut, type Omissions } from './left-out.js';
import { limitsOf } from './limits.js';
import { timelineOf, type Row } from './timeline.js';
import { underLease, type Breathe } from './under-lease.js';

export interface Outcome {
  /** Terms of another runner than the one before. */
  changes: number;
  leaderlessMs: number;
  /** Changes that were undone by the next one: A, B, A. */
  flaps: number;
  tenures: Tenure[];
}
/** What would have happened under other settings, or without something (docs/auditing.md). */
export interface WhatIf {
  /** True if everything would have happened as it did. */
  identical: boolean;
  from: Iso;
  to: Iso;
  recorded: Outcome;
  other: Outcome;
  /** Who led when, side by side: one row each time that either changes. */
  timeline: Row[];
  /** What the record cannot tell, and what is left out here. */
  limits: string[];
}
export interface Question extends Omissions {
  settings: SettingsPatch;
  /**
   * The other settings come into force after everything up to this instant; default: after the first append.
   */
  from?: Iso | undefined;
  to?: Iso | undefined;
}

/** Terms and rows that are listed; more are counted. */
const LISTED = 1_000;

/**
 * Replays recorded facts under other settings, without what is left out. `appends`: the group's whole
 * history, in order, read as it is needed. Resolves with the answer, or with why it cannot be asked. The same
 * input gives the same answer on any machine.
 */
export async function whatIf(
  appends: AsyncIterable<Append> | Iterable<Append>,
  { settings, from: asked, to: end, ...omissions }: Question,
  breathe: Breathe = () => undefined,
): Promise<WhatIf | { rejection: Rejection }> {
  const recorded: Tenure[] = [];
  const facts: Fact[] = [];
  const leases = new Set<number>();
  let start: GroupState = initialState('');
  let from = asked ?? '';
  let lastAt = '';
  let world: Counterfactual | null = null;
  const leftOut = new LeftOut(omissions);
  for await (const append of appends) {
    const { at } = append.events[0]!.meta;
    if (end !== undefined && at > end) break;
    leftOut.meet(append);
    if (lastAt === '' && from < at) from = at;
    const isPast = at <= from;
    if (!isPast && !world) {
      const begun = begin(start, settings, recorded, from);
      if ('rejection' in begun) return begun;
      world = begun;
    }
    addToTenures(recorded, append);
    lastAt = at;
    if (isPast) {
      start = append.after;
      continue;
    }
    const met = leftOut.factsOf(append);
    leases.add(append.before.settings.leaseMs);
    if (met.isLess) world!.diverge();
    if (world!.hasDiverged) facts.push(...met.facts.flatMap(separate));
    else world!.takeRecorded(met.facts[0]!, append.events);
  }
  const [stranger] = leftOut.strangers;
  if (stranger !== undefined) return { rejection: notThere(stranger) };
  const [unmet] = leftOut.unmet;
  if (unmet !== undefined) return { rejection: notAnOrder(unmet) };
  if (!world) {
    const begun = begin(start, settings, recorded, from);
    if ('rejection' in begun) return begun;
    world = begun;
  }
  const to = end ?? (from > lastAt ? from : lastAt);
  await replay(world, facts, settings.leaseMs ?? null, from, to, breathe);
  return answer(world, recorded, { from, to }, limitsOf(world, settings, omissions, start, leases));
}

const notAnOrder = (version: number): Rejection => ({
  code: 'invalid-request',
  detail: `/without: version ${version} is no order of a person between from and to. Name the version of a taint, pin, pause, transfer, change of settings or the like, as the history shows it.`,
});

const notThere = (runner: Id): Rejection => ({
  code: 'runner-unknown',
  detail: `/alive: the group has no runner "${runner}", and had none until then.`,
});

function begin(
  start: GroupState,
  settings: SettingsPatch,
  recorded: readonly Tenure[],
  at: Iso,
): Counterfactual | { rejection: Rejection } {
  const isSame = sameJson(patchedSettings(start.settings, settings), start.settings);
  const world = new Counterfactual(
    start,
    settings,
    recorded.map((tenure) => ({ ...tenure })),
  );
  const rejection = isSame ? null : world.begin({ at, actor: 'system:what-if', reason: null, commandId: '' });
  return rejection ? { rejection } : world;
}

async function replay(
  world: Counterfactual,
  facts: readonly Fact[],
  leaseMs: number | null,
  from: Iso,
  to: Iso,
  breathe: Breathe,
): Promise<void> {
  const met = await underLease(facts, leaseMs, Date.parse(from), breathe);
  world.learns(new Hindsight(facts, met));
  for (const fact of met) {
    await breathe(); // a single decision of a large group takes long enough
    if (fact.ms <= Date.parse(to)) world.take(fact);
  }
  world.letTimePass(Date.parse(to));
}

function answer(
  world: Counterfactual,
  recorded: readonly Tenure[],
  { from, to }: { from: Iso; to: Iso },
  limits: string[],
): WhatIf {
  const other = world.tenures;
  const timeline = timelineOf(recorded, other, from, to);
  const most = Math.max(recorded.length, other.length, timeline.length);
  if (most > LISTED)
    limits.push(`only the first ${LISTED} terms and rows are listed here; ask for less with from and to`);
  return {
    identical: !world.hasDiverged || sameJson(recorded, other),
    from,
    to,
    recorded: outcomeOf(recorded, from, to),
    other: outcomeOf(other, from, to),
    timeline: timeline.slice(0, LISTED),
    limits,
  };
}

function outcomeOf(tenures: readonly Tenure[], from: Iso, to: Iso): Outcome {
  const { changes, leaderlessMs } = availabilityOf(tenures, from, to);
  const inWindow = tenures.filter((t) => t.from <= to && (t.to === null || t.to >= from));
  const leaders: Id[] = inWindow.map((t) => t.runner).filter((runner, i, all) => runner !== all[i - 1]);
  const flaps = leaders.filter((runner, i) => i >= 2 && leaders[i - 2] === runner).length;
  return { changes, leaderlessMs, flaps, tenures: inWindow.slice(0, LISTED) };
}
