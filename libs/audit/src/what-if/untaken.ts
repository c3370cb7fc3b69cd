import type { GroupState, ReportLeaseExpired } from '@conclave/election';
import type { Hindsight } from './hindsight/hindsight.js';

/** News of an election and the first beat in its term take as long at the least (L4). */
const FIRST_BEAT_MS = 1_000;

/**
 * The end of a running term whose holder was not heard when it was elected, or never took it up in the record
 * either: nothing is granted in it, and it is over soon (L4). Null: it is another, or over its time already.
 */
export function endOfUntaken(
  { leadership: held, settings }: GroupState,
  nowMs: number,
  hindsight: Hindsight,
): { dueMs: number; command: ReportLeaseExpired } | null {
  if (!held) return null;
  const { leaseMs, heartbeatMs } = settings;
  const sinceMs = Date.parse(held.since);
  const dueMs = sinceMs + Math.max(2 * heartbeatMs, FIRST_BEAT_MS);
  if (dueMs <= nowMs) return null;
  const absence = hindsight.absenceAt(held, sinceMs);
  if (absence ? absence.toMs <= dueMs : !hindsight.isUntaken(held, sinceMs)) return null;
  const silentMs = absence ? dueMs - absence.fromMs : 0;
  const seen = { lastSeenAt: null, silentMs, leaseMs, deafMs: 0 };
  return { dueMs, command: { type: 'ReportLeaseExpired', term: held.term, ...seen } };
}
