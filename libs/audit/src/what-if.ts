import {
  addToTenures,
  evolve,
  patchedSettings,
  type GroupState,
  type Id,
  type Iso,
  type Rejection,
  type SettingsPatch,
  type Tenure,
} from '@conclave/election';
import { availabilityOf } from './availability.js';
import { factOf, underLease, type Fact } from './facts.js';
import { OtherWorld } from './other-world.js';
import { sameJson } from './same-json.js';
import type { Append } from './append.js';

export interface Outcome {
  /** Terms of another runner than the one before. */
  changes: number;
  leaderlessMs: number;
  /** Changes that were undone by the next one: A, B, A. */
  flaps: number;
  tenures: Tenure[];
}
/** What would have happened under other settings (DESIGN §12). */
export interface WhatIf {
  /** True if everything would have happened as it did. */
  identical: boolean;
  from: Iso;
  to: Iso;
  recorded: Outcome;
  other: Outcome;
  /** Who led when, side by side: one row each time that either changes. */
  timeline: { at: Iso; recorded: Id | null; other: Id | null }[];
  /** What the record cannot tell. */
  limits: string[];
}
export interface Question {
  settings: SettingsPatch;
  /** The other settings come into force after everything up to this instant; default: after the first append. */
  from?: Iso | undefined;
  to?: Iso | undefined;
}

/**
 * Replays recorded facts under other settings. `appends`: the group's whole history, in order. Returns the answer, or
 * why the settings cannot be. Pure: the same input gives the same answer on any machine. Yields now and then, so that
 * whoever runs it can let others run.
 */
export function* whatIf(appends: readonly Append[], question: Question): Generator<void, WhatIf | { rejection: Rejection }> {
  const { settings, to: asked } = question;
  const first = appends[0]!;
  const from = question.from !== undefined && question.from > first.events[0]!.meta.at ? question.from : first.events[0]!.meta.at;
  const within = appends.filter(({ events }) => asked === undefined || events[0]!.meta.at <= asked);
  const start = Math.max(
    1,
    within.findIndex(({ events }) => events[0]!.meta.at > from),
  );
  const isLater = within.some(({ events }) => events[0]!.meta.at > from);
  const [past, future] = isLater ? [within.slice(0, start), within.slice(start)] : [within, []];
  const to = asked ?? within.at(-1)!.events[0]!.meta.at;

  const recorded = tenuresOf(within);
  const world = new OtherWorld(past.at(-1)!.after, settings);
  world.tenures.push(...tenuresOf(past));
  world.hasDiverged = !isSame(settings, past.at(-1)!.after);
  const at = past.at(-1)!.events[0]!.meta.at > from ? past.at(-1)!.events[0]!.meta.at : from;
  const rejection = world.begin({ at, actor: 'system:what-if', reason: null });
  if (rejection) return { rejection };
  const facts = future.map(factOf);
  for (const fact of underLease(facts, settings.leaseMs ?? null, Date.parse(at))) {
    world.take(fact);
    yield;
  }
  world.letTimePass(Date.parse(to));
  const other = [...world.tenures];
  return {
    identical: !world.hasDiverged || sameJson(recorded, other),
    from,
    to,
    recorded: outcomeOf(recorded, from, to),
    other: outcomeOf(other, from, to),
    timeline: timelineOf(recorded, other, from, to),
    limits: limitsOf(world, settings, past.at(-1)!.after, facts),
  };
}

const isSame = (patch: SettingsPatch, { settings }: GroupState): boolean => sameJson(patchedSettings(settings, patch), settings);

function tenuresOf(appends: readonly Append[]): Tenure[] {
  const tenures: Tenure[] = [];
  for (const { events, before } of appends) {
    let state = before;
    for (const event of events) {
      addToTenures(tenures, event, state);
      state = evolve(state, event);
    }
  }
  return tenures;
}

function outcomeOf(tenures: readonly Tenure[], from: Iso, to: Iso): Outcome {
  const { changes, leaderlessMs } = availabilityOf(tenures, from, to);
  const inWindow = tenures.filter((t) => t.from <= to && (t.to === null || t.to >= from));
  const leaders = inWindow.map((t) => t.runner).filter((runner, i, all) => runner !== all[i - 1]);
  return { changes, leaderlessMs, flaps: leaders.filter((runner, i) => i >= 2 && leaders[i - 2] === runner).length, tenures: inWindow };
}

function timelineOf(recorded: readonly Tenure[], other: readonly Tenure[], from: Iso, to: Iso): WhatIf['timeline'] {
  const instants = [from, ...[...recorded, ...other].flatMap((t) => [t.from, ...(t.to === null ? [] : [t.to])])];
  const ordered = [...new Set(instants)].filter((at) => at >= from && at <= to).sort();
  const [ofRecorded, ofOther] = [new LeaderAt(recorded), new LeaderAt(other)];
  const rows = ordered.map((at) => ({ at, recorded: ofRecorded.at(at), other: ofOther.at(at) }));
  return rows.filter((row, i) => i === 0 || row.recorded !== rows[i - 1]!.recorded || row.other !== rows[i - 1]!.other);
}

/** Asked for ever later instants, so that a long history is walked once. */
class LeaderAt {
  private next = 0;
  constructor(private readonly tenures: readonly Tenure[]) {}
  at(instant: Iso): Id | null {
    while (this.next < this.tenures.length && this.tenures[this.next]!.from <= instant) this.next++;
    const tenure = this.tenures[this.next - 1];
    return tenure && (tenure.to === null || tenure.to > instant) ? tenure.runner : null;
  }
}

function limitsOf(world: OtherWorld, settings: SettingsPatch, start: GroupState, facts: readonly Fact[]): string[] {
  const limits: string[] = [];
  const leases = new Set([start, ...facts.map((f) => f.after)].map((s) => s.settings.leaseMs));
  const { leaseMs, failover } = settings;
  const longest = Math.max(...leases);
  if (leaseMs !== undefined && leaseMs < longest) {
    limits.push(
      `silences shorter than the lease then in force (${longest} ms) are not recorded: with ${leaseMs} ms there could have been more changes`,
    );
  }
  if (failover === 'fenced' && start.settings.failover === 'lease') {
    limits.push('broken connections of leaders of a lease group are not recorded: a fenced group would have noticed some of these failures sooner');
  }
  if (world.inventedHandovers > 0) {
    limits.push(
      `${world.inventedHandovers} handovers are not in the record: how long they would have taken is not known, they are taken to end at once`,
    );
  }
  const refusals = new Set(world.refused.map((r) => r.code));
  if (refusals.size > 0) {
    limits.push(
      `${world.refused.length} recorded commands would have been refused (${[...refusals].join(', ')}); what their senders had done then is not known`,
    );
  }
  return limits;
}
