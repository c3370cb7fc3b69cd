import type { GroupState, SettingsPatch } from '@conclave/election';
import type { Counterfactual } from './counterfactual.js';
import type { Omissions } from './left-out.js';

/** What the record cannot tell, and what is left out, in plain words. `leases`: those in force in the record. */
export function limitsOf(
  world: Counterfactual,
  { leaseMs, failover }: SettingsPatch,
  { alive = [] }: Omissions,
  start: GroupState,
  leases: ReadonlySet<number>,
): string[] {
  const limits: string[] = [];
  const longest = Math.max(start.settings.leaseMs, ...leases);
  if (leaseMs !== undefined && leaseMs < longest) {
    limits.push(
      `silences shorter than the lease then in force (${longest} ms) are not recorded: with ${leaseMs} ms there could have been more changes`,
    );
  }
  if (failover === 'fenced' && start.settings.failover === 'lease') {
    limits.push(
      'broken connections of leaders of a lease group are not recorded: a fenced group would have noticed some of these failures sooner',
    );
  }
  if (alive.length > 0) {
    limits.push(
      `${alive.map((one) => `"${one}"`).join(', ')}: taken to have been heard at all times; what it did (a goodbye, a release, a new start, a registration) stays as recorded`,
    );
  }
  if (world.hasDiverged) {
    const unseen =
      start.settings.failover === 'lease' ? ', broken connections of the leader of a lease group' : '';
    limits.push(
      `what had no effect is not in the history (orders and releases that were refused or changed nothing, silences shorter than the lease${unseen}): here it might have had one`,
    );
  }
  if (world.inventedHandovers > 0) {
    limits.push(
      `${world.inventedHandovers} handovers are not in the record: how long they would have taken is not known, they are taken to end at once`,
    );
  }
  if (world.lateHandovers.size > 0) {
    limits.push(
      `${world.lateHandovers.size} handovers begin later here than in the record: when they would have ended is not known, they are taken to end when they did`,
    );
  }
  if (world.transfersLeftOut > 0) {
    limits.push(
      `${world.transfersLeftOut} transfers away from a leader that does not lead here are left out: whether they would have been asked for is not known`,
    );
  }
  if (world.refusals.size > 0) {
    const codes = [...world.refusals].map(([code, count]) => `${count} × ${code}`).join(', ');
    limits.push(
      `recorded commands that would have been refused (${codes}): what their senders had done then is not known`,
    );
  }
  return limits;
}
