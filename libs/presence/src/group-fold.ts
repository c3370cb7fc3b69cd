import type { Append, GroupState, Id, RecordedEvent } from '@conclave/election';
import type { Moment } from './hearing/hearing.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import type { Reception } from './reception.js';
import type { HeardRecords } from './records/heard-records.js';

export interface GroupFoldParts {
  leases: LeaseTable;
  leaseClock: LeaseClock;
  lifeSigns: LifeSigns;
  reception: Reception;
  heard: HeardRecords;
  now: () => Moment;
}

/** What the events of groups mean for leases and silences. */
export class GroupFold {
  constructor(private readonly p: GroupFoldParts) {}

  apply({ group, events, before, after }: Append): void {
    const now = this.p.now();
    for (const event of events) this.take(event, after, now);
    if (!after.deleted) return; // nobody led or was active: there is no lease and no silence to forget
    for (const { id, incarnation } of before.runners.values()) this.gone(group, id, incarnation, true);
  }

  /** A group as it stood where it is read from; its running term is as one that a snapshot brought. */
  begin(state: GroupState, leaseMs: number): void {
    const { leases, leaseClock, lifeSigns } = this.p;
    const now = this.p.now();
    const { id, leadership, settings } = state;
    this.forget(id, undefined);
    for (const runner of state.runners.keys()) lifeSigns.watch(runner, state, now);
    if (!leadership) return;
    leases.begin(id, leadership, leaseMs);
    leaseClock.termBegan(id, leadership.term, settings.heartbeatMs, 0);
    if (leadership.handover) leaseClock.revoked(id, now.nowMs);
  }

  /** Nothing of the group can be said any more. */
  forget(group: Id, last: GroupState | undefined): void {
    const { leases, leaseClock, lifeSigns } = this.p;
    leases.forget(group);
    leaseClock.termEnded(group);
    for (const runner of last?.runners.keys() ?? []) lifeSigns.silence.forget(group, runner);
  }

  private take(event: RecordedEvent, after: GroupState, now: Moment): void {
    const { leases, leaseClock, lifeSigns } = this.p;
    const { group } = event;
    leases.groupChanged(event, after);
    switch (event.type) {
      case 'LeaderElected':
        leaseClock.termBegan(group, event.data.term, after.settings.heartbeatMs, now.hearingMs);
        break;
      case 'LeadershipRevoked':
        leaseClock.revoked(group, now.nowMs);
        break;
      case 'LeadershipEnded':
        leaseClock.termEnded(group);
        break;
      case 'RunnerRegistered':
      case 'RunnerRestarted':
      case 'RunnerActivated':
      case 'HeartbeatMissed':
      case 'RunnerDeregistered':
        lifeSigns.watch(event.data.runner, after, now);
        break;
    }
    if (event.type === 'RunnerRestarted')
      this.gone(group, event.data.runner, event.data.previousIncarnation, false);
    if (event.type === 'RunnerDeregistered')
      this.gone(group, event.data.runner, event.data.incarnation, true);
  }

  private gone(group: Id, runner: Id, incarnation: string, isGone: boolean): void {
    this.p.reception.forget(group, runner, incarnation, isGone);
    this.p.heard.forget({ group, runner, incarnation });
  }
}
