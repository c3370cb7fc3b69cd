import type { ReportLeaseExpired, ReportSilence } from '../model/commands.js';
import type { Draft } from './draft.js';
import { endTerm } from './leadership.js';

export function reportSilence(command: ReportSilence, d: Draft): void {
  const runner = d.state.runners.get(command.runner);
  if (!runner || runner.incarnation !== command.incarnation || runner.status !== 'active') return;
  const held = d.state.leadership;
  const leads = held?.runner === runner.id && held.incarnation === runner.incarnation;
  // L5: only an effective LeaseExpired ends a term of a lease group.
  if (leads && (d.state.settings.failover === 'lease' || command.term !== held.term)) return;
  recordMissed(command, runner, d);
  if (leads) endTerm(d, 'heartbeat-missed');
}

export function reportLeaseExpired(command: ReportLeaseExpired, d: Draft): void {
  const held = d.state.leadership;
  if (!held || held.term !== command.term) return; // another server was first
  const runner = d.state.runners.get(held.runner);
  const isSilent = runner?.incarnation === held.incarnation && runner.status === 'active' && command.silentMs >= command.leaseMs;
  if (isSilent) recordMissed({ ...command, evidence: 'silence' }, runner, d);
  endTerm(d, held.handover || !isSilent ? 'lease-expired' : 'heartbeat-missed');
}

type Facts = Pick<ReportSilence, 'evidence' | 'lastSeenAt' | 'silentMs' | 'leaseMs' | 'deafMs'>;

function recordMissed(facts: Facts, runner: { id: string; incarnation: string }, d: Draft): void {
  const { evidence, lastSeenAt, silentMs, leaseMs, deafMs } = facts;
  d.emit('HeartbeatMissed', { runner: runner.id, incarnation: runner.incarnation, evidence, lastSeenAt, silentMs, leaseMs, deafMs });
}
