import type { Missed, ReportLeaseExpired, ReportSilence } from '../model/commands.js';
import type { Draft } from './draft.js';
import { endTerm } from './leadership.js';
import { heldBy } from '../model/roles.js';

export function reportSilence(command: ReportSilence, d: Draft): void {
  recordOthers(command.also, d);
  const held = heldBy(d.state, command);
  // L5: only an effective LeaseExpired ends a term of a lease group.
  if (held && (d.state.settings.failover === 'lease' || command.term !== held.term)) return;
  if (recordMissed(command, d) && held) endTerm(d, 'heartbeat-missed');
}

export function reportLeaseExpired(command: ReportLeaseExpired, d: Draft): void {
  const held = d.state.leadership;
  if (!held || held.term !== command.term) return; // another server was first
  recordOthers(command.also, d);
  const { runner, incarnation } = held;
  const isSilent =
    command.silentMs >= command.leaseMs &&
    recordMissed({ ...command, runner, incarnation, evidence: 'silence' }, d);
  endTerm(d, held.handover || !isSilent ? 'lease-expired' : 'heartbeat-missed');
}

/** Who holds the term has its own rule (L5). */
function recordOthers(missed: readonly Missed[] = [], d: Draft): void {
  for (const one of missed) if (!heldBy(d.state, one)) recordMissed(one, d);
}

/** True if it was active until now. */
export function recordMissed(missed: Missed, d: Draft): boolean {
  const { runner, incarnation, evidence, lastSeenAt, silentMs, leaseMs, deafMs } = missed;
  const known = d.state.runners.get(runner);
  if (known?.incarnation !== incarnation || known.status !== 'active') return false;
  d.emit('HeartbeatMissed', { runner, incarnation, evidence, lastSeenAt, silentMs, leaseMs, deafMs });
  return true;
}
