import type { Id } from '@conclave/election';
import { processIn, silenceIn, type Fact } from './facts.js';

/** A process that was not heard: from when to when, known in hindsight from its report. */
export interface Absence {
  sinceMs: number;
  /** Infinity: nothing more was heard of it. */
  backMs: number;
}
export interface Process {
  runner: Id;
  incarnation: string;
}

const keyOf = ({ runner, incarnation }: Process): string => `${runner}/${incarnation}`;

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
    if (isBack && command.incarnation !== null)
      next.set(keyOf({ runner: command.runner, incarnation: command.incarnation }), ms);
  }
  return returns;
}

/** What is due is done within this time: a tick, and a failed attempt that is repeated. */
const LATE_MS = 1_500;

/** What the record tells of a time only later. Asked for ever later instants. */
export class Hindsight {
  private readonly absences = new Map<string, Absence[]>();
  private readonly handovers = new Map<string, number[]>();
  private readonly untaken = new Set<string>();

  constructor(facts: readonly Fact[]) {
    const returns = returnsIn(facts);
    facts.forEach((fact, i) => {
      const { after } = fact;
      if (after?.handoverMs === fact.ms) push(this.handovers, keyOf(after), fact.ms);
      const about = processIn(fact);
      if (!about) return;
      const silentMs = silenceIn(fact);
      if (silentMs !== null)
        push(this.absences, keyOf(about), { sinceMs: fact.ms - silentMs, backMs: returns[i]! });
      if (isUntaken(fact)) this.untaken.add(`${keyOf(about)} ${fact.before!.since}`);
    });
  }

  /** How this process was absent then; null: it was heard, or the record does not know better. */
  absenceOf(about: Process, ms: number): Absence | null {
    const known = this.absences.get(keyOf(about));
    while (known?.[0] && known[0].backMs <= ms) known.shift();
    return known?.find(({ sinceMs, backMs }) => sinceMs < ms && ms < backMs) ?? null;
  }

  /** True if the record has the very term that this process won then, and never took up. */
  isUntaken(about: Process, since: string): boolean {
    return this.untaken.has(`${keyOf(about)} ${since}`);
  }

  /** True if the record has this process told to stop then: what is due is recorded a little later. */
  isTold(about: Process, ms: number): boolean {
    const known = this.handovers.get(keyOf(about));
    while (known?.[0] !== undefined && known[0] < ms) known.shift();
    return known?.[0] !== undefined && known[0] <= ms + LATE_MS;
  }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** A term that ended before a lease was over: nothing was granted in it, its runner never took it up (L4). */
export function isUntaken({ command, before, ms }: Fact): boolean {
  if (command.type !== 'ReportLeaseExpired' || command.silentMs >= command.leaseMs || !before) return false;
  return before.handoverMs === null && ms - Date.parse(before.since) < command.leaseMs;
}
