import {
  type Append,
  isoOfMs,
  type ElectionCommand,
  type GroupState,
  type Id,
  type Iso,
  type Occasion,
  type ReportSilence,
} from '@conclave/election';
import { askedIn } from '../record/asked-command.js';

/** Who led in the record. */
export interface Held {
  runner: Id;
  incarnation: string;
  since: Iso;
  /** Since when it had been told to stop; null: it had not. */
  handoverMs: number | null;
}

/**
 * What the record says that happened, apart from who led: the same in every world. Small: a history has many.
 */
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
  /** When the record has it, if that is earlier: between the two nobody knows better than to wait. */
  recordedMs?: number;
  /** Not in the record, where the lost connection said it already; a world that ignored that hears it now. */
  isEcho?: true;
}

export const heldIn = ({ leadership: held }: GroupState): Held | null =>
  held && {
    runner: held.runner,
    incarnation: held.incarnation,
    since: held.since,
    handoverMs: held.handover === null ? null : Date.parse(held.handover.since),
  };

/** The fact that one append recorded, at its own time. */
export function factOf({ events, before, after }: Append): Fact {
  const { at, actor, reason, commandId } = events[0]!.meta;
  const asked = askedIn(events);
  // versions count otherwise in another world; what is in the record was not ignored
  const command =
    asked.type === 'ActivateRunner' ? { ...asked, heardAtVersion: Number.MAX_SAFE_INTEGER } : asked;
  return {
    ms: Date.parse(at),
    occasion: { at, actor, reason, commandId },
    command,
    before: heldIn(before),
    after: heldIn(after),
    leaseMs: before.settings.leaseMs,
  };
}

/** Each silence by itself: in another world they may come at other times. */
export function separate(fact: Fact): Fact[] {
  const { command, before } = fact;
  if (command.type !== 'ReportSilence' && command.type !== 'ReportLeaseExpired') return [fact];
  const { also = [], ...alone } = command;
  const others = also.map((missed): Fact => {
    const silent: ReportSilence = { type: 'ReportSilence', term: null, ...missed };
    return { ...fact, command: silent, after: before };
  });
  return [...others, { ...fact, command: alone }];
}

/**
 * A report that a lease is over: of somebody silent, or of a leader that was to stop and is heard still; null
 * of anything else.
 */
function endOfLease(command: ElectionCommand): { silentMs: number; leaseMs: number } | null {
  if (command.type === 'ReportSilence') return command.evidence === 'silence' ? command : null;
  return command.type === 'ReportLeaseExpired' ? command : null;
}

/** Whom a report is about; the recorded leader if it names only a term. */
export const reportedIn = ({ command, before }: Fact): Id | null =>
  command.type === 'ReportSilence'
    ? command.runner
    : command.type === 'ReportLeaseExpired'
      ? (before?.runner ?? null)
      : null;

/** Lets others run; called now and then during long work. */
export type Breathe = () => Promise<void> | void;
/** Facts between two breaths. */
const AT_ONCE = 200;

/**
 * The facts as a world with another lease meets them, in its order of time; null: with the lease of the
 * record. A silence is noticed as much earlier or later as the lease differs, but not before `notBeforeMs`;
 * if the runner was back before that, not at all. Whoever lost its connection is silent a lease later, unless
 * it was back: see {@link Fact.isEcho}.
 */
export async function underLease(
  facts: readonly Fact[],
  leaseMs: number | null,
  notBeforeMs: number,
  breathe: Breathe,
): Promise<Fact[]> {
  const met: Fact[] = [];
  for (let i = 0; i < facts.length; i++) {
    if (i % AT_ONCE === 0) await breathe();
    const fact = facts[i]!;
    const { command } = fact;
    const end = endOfLease(command);
    if (command.type === 'ReportSilence' && command.evidence === 'connection-lost') {
      met.push(fact);
      const echo = echoOf(fact, command, leaseMs ?? fact.leaseMs);
      if (!isBackBefore(command.runner, echo.ms, facts, i)) met.push(echo);
    } else if (!end || leaseMs === null || end.leaseMs === leaseMs) met.push(fact);
    else {
      const byMs = leaseMs - end.leaseMs;
      const isSilent = end.silentMs >= end.leaseMs;
      const ms = Math.max(fact.ms + byMs, notBeforeMs, isSilent ? 0 : (fact.before?.handoverMs ?? 0));
      if (isSilent && byMs > 0 && isBackBefore(reportedIn(fact), ms, facts, i)) continue;
      const moved = {
        ...command,
        leaseMs,
        silentMs: isSilent ? end.silentMs + byMs : end.silentMs,
      } as ElectionCommand;
      met.push({ ...movedTo(ms, fact), command: moved, ...(byMs > 0 && { recordedMs: fact.ms }) });
    }
  }
  return met.sort((a, b) => a.ms - b.ms); // stable: of one instant in the order of the record
}

const movedTo = (ms: number, fact: Fact): Fact => ({
  ...fact,
  ms,
  occasion: { ...fact.occasion, at: isoOfMs(ms) },
});

function echoOf(fact: Fact, command: ReportSilence, leaseMs: number): Fact {
  const silent: ReportSilence = {
    ...command,
    evidence: 'silence',
    silentMs: command.silentMs + leaseMs,
    leaseMs,
  };
  return { ...movedTo(fact.ms + leaseMs, fact), command: silent, isEcho: true };
}

/** True if the record hears of this runner again before that time. */
function isBackBefore(runner: Id | null, ms: number, facts: readonly Fact[], after: number): boolean {
  for (let i = after + 1; i < facts.length && facts[i]!.ms < ms; i++) {
    const { command } = facts[i]!;
    const isBack =
      command.type === 'ActivateRunner' ||
      command.type === 'RegisterRunner' ||
      command.type === 'DeregisterRunner';
    if (isBack && command.runner === runner) return true;
  }
  return false;
}
