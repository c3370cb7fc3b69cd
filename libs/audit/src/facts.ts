import { isoOfMs, type ElectionCommand, type GroupState, type Id, type Occasion, type ReportSilence } from '@conclave/election';
import { commandOf } from './recovered-command.js';
import type { Append } from './append.js';

/** Who led in the record. */
export interface Held {
  runner: Id;
  incarnation: string;
  /** It had been told to stop. */
  isHandedOver: boolean;
}

/** What the record says that happened, apart from who led: the same in every world. Small: a history has many. */
export interface Fact {
  /** When it reaches the other world; a silence comes earlier or later under another lease. */
  ms: number;
  occasion: Occasion;
  command: ElectionCommand;
  /** The recorded leader before and after it. */
  before: Held | null;
  after: Held | null;
  /** The lease in force in the record. */
  leaseMs: number;
  /** Not in the record, where the lost connection said it already; a world that ignored that hears it now. */
  isEcho?: true;
}

export const heldIn = ({ leadership: held }: GroupState): Held | null =>
  held && { runner: held.runner, incarnation: held.incarnation, isHandedOver: held.handover !== null };

/** The fact that one append recorded, at its own time. */
export function factOf({ events, before, after }: Append): Fact {
  const { at, actor, reason } = events[0]!.meta;
  const command = commandOf(events, before);
  return {
    ms: Date.parse(at),
    occasion: { at, actor, reason },
    command,
    before: heldIn(before),
    after: heldIn(after),
    leaseMs: before.settings.leaseMs,
  };
}

/** What a report of silence says; null of anything else, also of a lease that ran out while its leader was heard. */
function silenceOf(command: ElectionCommand): { silentMs: number; leaseMs: number } | null {
  if (command.type === 'ReportSilence') return command.evidence === 'silence' ? command : null;
  return command.type === 'ReportLeaseExpired' && command.silentMs >= command.leaseMs ? command : null;
}

/** Whom a report is about; the recorded leader if it names only a term. */
export const reportedIn = ({ command, before }: Fact): Id | null =>
  command.type === 'ReportSilence' ? command.runner : command.type === 'ReportLeaseExpired' ? (before?.runner ?? null) : null;

/** Lets others run; called now and then during long work. */
export type Breathe = () => Promise<void> | void;
/** Facts between two breaths. */
const AT_ONCE = 200;

/**
 * The facts as a world with another lease meets them, in its order of time; null: with the lease of the record. A silence
 * is noticed as much earlier or later as the lease differs, but not before `notBeforeMs`; if the runner was back before
 * that, not at all. Whoever lost its connection is silent a lease later, unless it was back: see {@link Fact.isEcho}.
 */
export async function underLease(facts: readonly Fact[], leaseMs: number | null, notBeforeMs: number, breathe: Breathe): Promise<Fact[]> {
  const met: Fact[] = [];
  for (let i = 0; i < facts.length; i++) {
    if (i % AT_ONCE === 0) await breathe();
    const fact = facts[i]!;
    const { command } = fact;
    const silence = silenceOf(command);
    if (command.type === 'ReportSilence' && command.evidence === 'connection-lost') {
      met.push(fact);
      const echo = echoOf(fact, command, leaseMs ?? fact.leaseMs);
      if (!isBackBefore(command.runner, echo.ms, facts, i)) met.push(echo);
    } else if (!silence || leaseMs === null || silence.leaseMs === leaseMs) met.push(fact);
    else {
      const byMs = leaseMs - silence.leaseMs;
      const ms = Math.max(fact.ms + byMs, notBeforeMs);
      if (byMs > 0 && isBackBefore(reportedIn(fact), ms, facts, i)) continue;
      met.push({ ...movedTo(ms, fact), command: { ...command, silentMs: silence.silentMs + byMs, leaseMs } as ElectionCommand });
    }
  }
  return met.sort((a, b) => a.ms - b.ms); // stable: of one instant in the order of the record
}

const movedTo = (ms: number, fact: Fact): Fact => ({ ...fact, ms, occasion: { ...fact.occasion, at: isoOfMs(ms) } });

function echoOf(fact: Fact, command: ReportSilence, leaseMs: number): Fact {
  const silent: ReportSilence = { ...command, evidence: 'silence', silentMs: command.silentMs + leaseMs, leaseMs };
  return { ...movedTo(fact.ms + leaseMs, fact), command: silent, isEcho: true };
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
