import type { ReportLeaseExpired, ReportSilence } from '../model/commands.js';
import type { Draft } from './draft.js';
import { endTerm } from './leadership.js';
import { heldBy } from '../model/roles.js';

export function reportSilence(command: ReportSilence, d: Draft): void {
  const runner = d.state.runners.get(command.runner);
  if (!runner || runner.incarnation !== command.incarnation || runner.status !== 'active') return;
  const held = heldBy(d.state, command);
  // L5: only an effective LeaseExpired ends a term of a lease group.
  if (held && (d.state.settings.failover === 'lease' || command.term !== held.term)) return;
  recordMissed(command, runner, d);
  if (held) endTerm(d, 'heartbeat-missed');
}

export function reportLeaseExpired(command: ReportLeaseExpired, d: Draft): void {
  const held = d.state.leadership;
  if (!held || held.term !== command.term) return; // another server was first
  const runner = d.state.runners.get(held.runner);
  const isSilent =
    runner?.incarnation === held.incarnation &&
    runner.status === 'active' &&
    command.silentMs >= command.leaseMs;
  if (isSilent) recordMissed({ ...command, evidence: 'silence' }, runner, d);
  endTerm(d, held.handover || !isSilent ? 'lease-expired' : 'heartbeat-missed');
}

type Facts = Pick<ReportSilence, 'evidence' | 'lastSeenAt' | 'silentMs' | 'leaseMs' | 'deafMs'>;

function recordMissed(facts: Facts, runner: { id: string; incarnation: string }, d: Draft): void {
  const { evidence, lastSeenAt, silentMs, leaseMs, deafMs } = facts;
  d.emit('HeartbeatMissed', {
    runner: runner.id,
    incarnation: runner.incarnation,
    evidence,
    lastSeenAt,
    silentMs,
    leaseMs,
    deafMs,
  });
}
