import { isoOfMs, type ElectionCommand, type GroupState, type Id, type Occasion, type RecordedEvent, type ReportSilence } from '@conclave/election';
import { commandOf } from './recovered-command.js';
import type { Append } from './append.js';

/** What the record says that happened, apart from who led: the same in every world. */
export interface Fact {
  /** When it reaches the other world; a silence comes earlier or later under another lease. */
  ms: number;
  occasion: Occasion;
  command: ElectionCommand;
  /** The recorded world around it. */
  before: GroupState;
  after: GroupState;
  events: readonly RecordedEvent[];
  /** Not in the record, where the lost connection said it already; a world that ignored that hears it now. */
  isEcho?: true;
}

/** The fact that one append recorded, at its own time. */
export function factOf({ events, before, after }: Append): Fact {
  const { at, actor, reason } = events[0]!.meta;
  return { ms: Date.parse(at), occasion: { at, actor, reason }, command: commandOf(events, before), before, after, events };
}

/** What a report of silence says; null of anything else, also of a lease that ran out while its leader was heard. */
export function silenceOf(command: ElectionCommand): { silentMs: number; leaseMs: number } | null {
  if (command.type === 'ReportSilence') return command.evidence === 'silence' ? command : null;
  return command.type === 'ReportLeaseExpired' && command.silentMs >= command.leaseMs ? command : null;
}

/** Whom a report is about; the recorded leader if it names only a term. */
export const reportedIn = ({ command, before }: Fact): Id | null =>
  command.type === 'ReportSilence' ? command.runner : command.type === 'ReportLeaseExpired' ? (before.leadership?.runner ?? null) : null;

/**
 * The facts as a world with another lease meets them, in its order of time; null: with the lease of the record. A silence
 * is noticed as much earlier or later as the lease differs, but not before `notBeforeMs`; if the runner was back before
 * that, not at all. Whoever lost its connection is silent a lease later, unless it was back: see {@link Fact.isEcho}.
 */
export function underLease(facts: readonly Fact[], leaseMs: number | null, notBeforeMs: number): Fact[] {
  const shifted = facts.flatMap((fact, i): Fact[] => {
    const { command, before } = fact;
    if (command.type === 'ReportSilence' && command.evidence === 'connection-lost') return [fact, ...echoOf(fact, command, i)];
    const silence = silenceOf(command);
    if (!silence || leaseMs === null || silence.leaseMs === leaseMs) return [fact];
    const byMs = leaseMs - silence.leaseMs;
    const ms = Math.max(fact.ms + byMs, notBeforeMs);
    if (byMs > 0 && isBackBefore(reportedIn(fact), ms, facts, i)) return [];
    const other = { ...command, silentMs: silence.silentMs + byMs, leaseMs } as ElectionCommand;
    return [{ ...fact, ms, occasion: { ...fact.occasion, at: isoOfMs(ms) }, command: other, before }];
  });
  return shifted
    .map((fact, i) => ({ fact, i }))
    .sort((a, b) => a.fact.ms - b.fact.ms || a.i - b.i)
    .map(({ fact }) => fact);

  function echoOf(fact: Fact, command: ReportSilence, i: number): Fact[] {
    const lease = leaseMs ?? fact.before.settings.leaseMs;
    const ms = fact.ms + lease;
    if (isBackBefore(command.runner, ms, facts, i)) return [];
    const silent: ReportSilence = { ...command, evidence: 'silence', silentMs: command.silentMs + lease, leaseMs: lease };
    return [{ ...fact, ms, occasion: { ...fact.occasion, at: isoOfMs(ms) }, command: silent, before: fact.after, events: [], isEcho: true }];
  }
}

/** True if the record hears of this runner again before that time. */
function isBackBefore(runner: Id | null, ms: number, facts: readonly Fact[], after: number): boolean {
  for (let i = after + 1; i < facts.length && facts[i]!.ms < ms; i++) {
    const { command } = facts[i]!;
    const isBack = command.type === 'ActivateRunner' || command.type === 'RegisterRunner' || command.type === 'DeregisterRunner';
    if (isBack && command.runner === runner) return true;
  }
  return false;
}
