import { isoOfMs, type ElectionCommand, type ReportSilence } from '@conclave/election';
import { returnsIn } from './hindsight/hindsight.js';
import type { Fact } from './hindsight/facts.js';

interface EndOfLease {
  silentMs: number;
  leaseMs: number;
}
const DRIFT = 0.01;
/** A lease that is over is noticed within this time: its margin, a tick, the time to write (L4). */
const NOTICED_MS = 300;

/**
 * A report that a lease is over: of somebody silent, or of a leader that was to stop and is heard still; null
 * of anything else.
 */
function endOfLease(command: ElectionCommand): EndOfLease | null {
  if (command.type === 'ReportSilence') return command.evidence === 'silence' ? command : null;
  return command.type === 'ReportLeaseExpired' ? command : null;
}

/** Lets others run; called now and then during long work. */
export type Breathe = () => Promise<void> | void;
/** Facts between two breaths. */
const AT_ONCE = 200;

/**
 * The facts as a world with another lease meets them, in its order of time; null: with the lease of the
 * record. A silence is noticed as much earlier or later as the lease differs, but not before `notBeforeMs`;
 * if the process was back before that, not at all. Whoever lost its connection is silent a lease later,
 * unless it was back: see {@link Fact.isElsewhen}.
 */
export async function underLease(
  facts: readonly Fact[],
  leaseMs: number | null,
  notBeforeMs: number,
  breathe: Breathe,
): Promise<Fact[]> {
  const met: Fact[] = [];
  const returns = returnsIn(facts);
  for (let i = 0; i < facts.length; i++) {
    if (i % AT_ONCE === 0) await breathe();
    const fact = facts[i]!;
    const { command } = fact;
    const end = endOfLease(command);
    if (command.type === 'ReportSilence' && command.evidence === 'connection-lost') {
      met.push(fact);
      const echo = echoOf(fact, command, leaseMs ?? fact.leaseMs);
      if (returns[i]! >= echo.ms) met.push(echo);
      continue;
    }
    const byMs = end && leaseMs !== null ? shiftOf(fact, end, leaseMs) : 0;
    if (byMs === 0) {
      met.push(fact);
      continue;
    }
    // who led in the record is as it was
    met.push({ ...fact, command: { type: 'Reconcile', cause: 'reconciled' } });
    const isSilent = end!.silentMs >= end!.leaseMs;
    const ms = Math.max(fact.ms + byMs, notBeforeMs, isSilent ? 0 : (fact.before?.handoverMs ?? 0));
    if (isSilent && byMs > 0 && returns[i]! < ms) continue;
    const silentMs = isSilent ? end!.silentMs + byMs : Math.min(end!.silentMs, leaseMs! - 1);
    const moved = { ...command, leaseMs, silentMs } as ElectionCommand;
    const later = byMs > 0 && { recordedMs: fact.ms };
    met.push({ ...movedTo(ms, fact), command: moved, isElsewhen: true, ...later });
  }
  return met.sort((a, b) => a.ms - b.ms); // stable: of one instant in the order of the record
}

/** How much later a lease of `leaseMs` is over than the one that was. */
function shiftOf(fact: Fact, { silentMs, leaseMs: recordedMs }: EndOfLease, leaseMs: number): number {
  // of who was heard the report names the longest lease of the term, and the last grant counts
  if (silentMs < recordedMs) return leaseMs - fact.leaseMs;
  const usualMs = recordedMs * (1 + DRIFT) + NOTICED_MS;
  // beyond that an earlier, longer grant was waited for (L4)
  return leaseMs - recordedMs - Math.max(0, silentMs - usualMs);
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
  return { ...movedTo(fact.ms + leaseMs, fact), command: silent, isElsewhen: true };
}
