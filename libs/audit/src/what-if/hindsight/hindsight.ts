import type { Id } from '@conclave/election';
import { processIn, reportedIn, silenceIn, type Fact } from './facts.js';
import { Intervals, type Interval } from './intervals.js';

interface Process {
  runner: Id;
  incarnation: string;
}

const keyOf = ({ runner, incarnation }: Process): string => `${runner}/${incarnation}`;

/** What is due is recorded within this time: at the next tick, as soon as it is written. */
export const LATE_MS = 250;

/**
 * When the record hears again of the process that each fact reports; Infinity: not any more. A new process of
 * a runner is not the old one: that stays silent, and its lease has to be waited for.
 */
export function returnsIn(facts: readonly Fact[]): number[] {
  const next = new Map<string, number>();
  const returns: number[] = [];
  for (let i = facts.length - 1; i >= 0; i--) {
    const { command, ms } = facts[i]!;
    const about = processIn(facts[i]!);
    returns[i] = (about && next.get(keyOf(about))) ?? Infinity;
    const isBack =
      command.type === 'ActivateRunner' ||
      command.type === 'RegisterRunner' ||
      command.type === 'DeregisterRunner';
    if (!isBack) continue;
    const also = command.type === 'ActivateRunner' ? (command.also ?? []) : [];
    for (const { runner, incarnation } of [command, ...also])
      if (incarnation !== null) next.set(keyOf({ runner, incarnation }), ms);
  }
  return returns;
}

/** A term that ended before a lease was over: nothing was granted in it, its runner never took it up (L4). */
export function isUntaken({ command, before, ms }: Fact): boolean {
  if (command.type !== 'ReportLeaseExpired' || command.silentMs >= command.leaseMs || !before) return false;
  return before.handoverMs === null && ms - Date.parse(before.since) < command.leaseMs;
}

/** What the record tells of a time only later. Asked for ever later instants. */
export class Hindsight {
  /** When a process was not heard; to infinity: nothing more was heard of it. */
  private readonly absences = new Map<string, Intervals>();
  /** Those that began because something was due, which is recorded a little later. */
  private readonly handovers = new Map<string, Intervals>();
  /** Terms that were never taken up, by who won them: what begins here meanwhile is not, either. */
  private readonly untaken = new Map<string, Intervals>();
  /** Ends of leases that come later here than the record has them, by runner. */
  private readonly delayed = new Map<Id, Intervals>();

  /** `facts`: as recorded; `met`: as the other world meets them. */
  constructor(facts: readonly Fact[], met: readonly Fact[]) {
    const returns = returnsIn(facts);
    facts.forEach((fact, i) => {
      const { after, before, ms, command } = fact;
      if (command.type === 'Reconcile' && !fact.isVoid && after?.handoverMs === ms)
        add(this.handovers, keyOf(after), { fromMs: ms - LATE_MS, toMs: ms + 1, atMs: ms });
      const about = processIn(fact);
      const silentMs = silenceIn(fact);
      if (about && silentMs !== null)
        add(this.absences, keyOf(about), { fromMs: ms - silentMs, toMs: returns[i]!, atMs: ms });
      if (isUntaken(fact)) {
        const sinceMs = Date.parse(before!.since);
        add(this.untaken, keyOf(before!), { fromMs: sinceMs - LATE_MS, toMs: ms, atMs: sinceMs });
      }
    });
    for (const fact of met) {
      const runner = reportedIn(fact);
      const { recordedMs, ms } = fact;
      if (recordedMs !== undefined && runner !== null)
        add(this.delayed, runner, { fromMs: recordedMs, toMs: ms, atMs: ms });
    }
  }

  /** How this process was absent then; null: it was heard, or the record does not know better. */
  absenceAt(about: Process, ms: number): Interval | null {
    return this.absences.get(keyOf(about))?.at(ms) ?? null;
  }

  /** True if the record has a term that this process held then, or won a little later, and never took up. */
  isUntaken(about: Process, sinceMs: number): boolean {
    return Boolean(this.untaken.get(keyOf(about))?.at(sinceMs));
  }

  /** True if a handover of this process that begins then ends when the record says, or with its lease. */
  tellsEndOfHandover(about: Process, ms: number): boolean {
    const isTold = this.handovers.get(keyOf(about))?.at(ms);
    // or it does not know that it has to stop
    return Boolean(isTold ?? this.delayed.get(about.runner)?.at(ms)) || this.absenceAt(about, ms) !== null;
  }
}

function add(lists: Map<string, Intervals>, key: string, interval: Interval): void {
  const list = lists.get(key) ?? new Intervals();
  list.add(interval);
  lists.set(key, list);
}
