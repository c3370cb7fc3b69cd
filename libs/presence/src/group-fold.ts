import type { Append, GroupState, Id, ProcessId, RecordedEvent } from '@conclave/election';
import type { Hearing, Moment } from './hearing/hearing.js';
import type { Roll } from './hearing/roll.js';
import type { FirstGrants } from './leases/first-grants.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import type { LastBeats } from './records/last-beats.js';

export interface GroupFoldParts {
  leases: LeaseTable;
  leaseClock: LeaseClock;
  lifeSigns: LifeSigns;
  roll: Roll;
  lastBeats: LastBeats;
  firstGrants: FirstGrants;
  hearing: Hearing;
  now: () => Moment;
}

/** What the events of groups mean for leases and silences. */
export class GroupFold {
  constructor(private readonly p: GroupFoldParts) {}

  apply({ group, events, before, after }: Append): void {
    const now = this.p.now();
    for (const event of events) this.take(event, before, after, now);
    if (!after.deleted) return; // nobody led or was active: there is no lease and no silence to forget
    for (const { id, incarnation } of before.runners.values()) this.gone(group, id, incarnation, true);
  }

  /** A group as it stood where it is read from; its running term is as one that a snapshot brought. */
  begin(state: GroupState, leaseMs: number): void {
    this.forget(state.id, undefined);
    if (state.leadership) this.p.leases.begin(state.id, state.leadership, leaseMs);
    this.resume(state);
  }

  /** As it stood where a snapshot was made: what a clock measures begins anew. */
  resume(state: GroupState): void {
    const { leaseClock, lifeSigns } = this.p;
    const now = this.p.now();
    const { id, leadership, settings } = state;
    for (const runner of state.runners.keys()) lifeSigns.watch(runner, state, now);
    if (!leadership) return;
    leaseClock.termBegan(id, leadership.term, settings.heartbeatMs, 0, null);
    if (leadership.handover) leaseClock.revoked(id, now.nowMs);
  }

  /** Nothing of the group can be said any more. */
  forget(group: Id, last: GroupState | undefined): void {
    const { leases, leaseClock, firstGrants, lifeSigns } = this.p;
    leases.forget(group);
    leaseClock.termEnded(group);
    firstGrants.termEnded(group);
    for (const runner of last?.runners.keys() ?? []) lifeSigns.silence.forget(group, runner);
  }

  private take(event: RecordedEvent, before: GroupState, after: GroupState, now: Moment): void {
    const { leases, leaseClock, firstGrants, lifeSigns } = this.p;
    const { group } = event;
    leases.groupChanged(event, after);
    switch (event.type) {
      case 'LeaderElected':
        this.begun({ group, ...event.data }, after, now);
        break;
      case 'LeadershipRevoked':
        leaseClock.revoked(group, now.nowMs);
        break;
      case 'LeadershipEnded':
        leaseClock.termEnded(group);
        firstGrants.termEnded(group);
        this.ended({ group, ...event.data }, after);
        break;
      case 'RunnerRegistered':
      case 'RunnerRestarted':
      case 'RunnerActivated':
      case 'HeartbeatMissed':
      case 'RunnerDeregistered':
        lifeSigns.watch(event.data.runner, after, now);
        break;
    }
    if (event.type === 'RunnerActivated') {
      const { runner } = event.data;
      lifeSigns.activated(group, runner, event.meta.at, before.runners.get(runner)?.awaySince ?? null);
    }
    if (event.type === 'RunnerRestarted')
      this.gone(group, event.data.runner, event.data.previousIncarnation, false);
    if (event.type === 'RunnerDeregistered')
      this.gone(group, event.data.runner, event.data.incarnation, true);
  }

  private begun(
    elected: ProcessId & { term: number },
    { settings }: GroupState,
    { hearingMs }: Moment,
  ): void {
    const { leaseClock, firstGrants, hearing } = this.p;
    const first = firstGrants.termBegan(elected, settings, hearing.provedSinceMs);
    leaseClock.termBegan(elected.group, elected.term, settings.heartbeatMs, hearingMs, first);
  }

  /** Of who was superseded, or removed, while it held the term beats were still heard. */
  private ended({ group, runner, incarnation }: ProcessId, { runners }: GroupState): void {
    const known = runners.get(runner);
    if (known?.incarnation !== incarnation) this.gone(group, runner, incarnation, known === undefined);
  }

  private gone(group: Id, runner: Id, incarnation: string, isGone: boolean): void {
    const about = { group, runner, incarnation };
    this.p.lastBeats.forget(about);
    this.p.roll.forget(about, isGone);
  }
}
