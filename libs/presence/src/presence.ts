import { PRESENCE_STREAM, type Append, type GroupListener, type GroupState, type Id, type RecordedEvent } from '@conclave/election';
import type { Consumer, StoredAppend } from '@conclave/event-store';
import { randomUuid } from '@conclave/kernel';
import { BeatBatcher } from './beat-batcher.js';
import { GiveUp } from './give-up.js';
import { Hearing } from './hearing/hearing.js';
import { LeaseClock } from './leases/lease-clock.js';
import { LeaseTable } from './leases/lease-table.js';
import { PresenceLog } from './records/presence-log.js';
import { Reception } from './reception.js';
import type { PresenceOptions, PresenceState } from './presence-state.js';
import { Names } from './records/names.js';
import { Naming } from './records/naming.js';
import { RecordFold } from './record-fold.js';
import { Sessions, type Session, type SessionSink } from './sessions.js';
import { SilenceDetector } from './hearing/silence-detector.js';
import { watch } from './watching.js';

/** Turns the log into leases and silences, and beats and silence into records and commands (docs/protocol.md). */
export class Presence implements Consumer, GroupListener {
  readonly reception: Reception;
  readonly sessions: Sessions;
  private readonly state: PresenceState;
  private readonly giveUp: GiveUp;
  private readonly records: RecordFold;
  private isLive = false;

  constructor(options: PresenceOptions) {
    const { groups, store, clock, instance, maxDrift, defect } = options;
    const hearing = new Hearing(clock.monotonicMs());
    const names = new Names();
    const naming = new Naming(randomUuid(), names); // not the instance: a server may come back under its old name
    const log = new PresenceLog(store, hearing, clock, instance, naming);
    const leases = new LeaseTable(groups);
    this.sessions = new Sessions(groups, defect);
    this.state = {
      ...options,
      hearing,
      log,
      leases,
      leaseClock: new LeaseClock(maxDrift),
      silence: new SilenceDetector(),
      sessions: this.sessions,
      batcher: new BeatBatcher(log, clock),
      names,
      seenAt: new Map(),
      revokedMs: new Map(),
    };
    this.reception = new Reception(this.state);
    this.giveUp = new GiveUp(this.state);
    this.records = new RecordFold(this.state, naming, this.giveUp);
  }

  lastSeenAt(group: Id, runner: Id): string | null {
    return this.state.seenAt.get(`${group}/${runner}`) ?? null;
  }

  /** How long this server has heard nothing, 0 if it hears (L6). */
  deafForMs = (): number => this.state.hearing.deafForMs(this.state.clock.monotonicMs());

  /** Why this server's own records cannot be written; null while they can. */
  get writeFailure(): Error | null {
    return this.state.log.failure;
  }

  /** Call about 20 times a second. */
  tick(): void {
    const nowMs = this.state.clock.monotonicMs();
    this.state.hearing.tick(nowMs);
    this.state.batcher.dropStale(nowMs);
    if (this.isLive) this.giveUp.tick(nowMs);
  }

  /** The first caught-up ends the replay: whatever was read late counts from now (L4). */
  caughtUp(): void {
    if (this.isLive) return;
    this.isLive = true;
    const { clock, hearing, leases, leaseClock, silence } = this.state;
    const nowMs = clock.monotonicMs();
    hearing.started(nowMs);
    for (const { group, maxLeaseMs } of leases.all()) leaseClock.started(group, maxLeaseMs, hearing.hearingMs(nowMs));
    silence.restart(nowMs, hearing.hearingMs(nowMs));
  }

  /** Shuts quietly: sessions are told, nobody is reported. */
  stop(): void {
    this.isLive = false;
    this.giveUp.stop();
    this.sessions.bye();
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): {
    leases: ReturnType<LeaseTable['saved']>;
    names: ReturnType<Names['saved']>;
    revision: number;
    read: number;
    seenAt: [string, string][];
  } {
    const { leases, names, log, seenAt } = this.state;
    return { leases: leases.saved(), names: names.saved(), revision: log.revision, read: this.records.read, seenAt: [...seenAt] };
  }

  /** After the groups of the same snapshot. Whatever a clock measures begins at the end of replay, as after any start. */
  restore({ leases, names, revision, read, seenAt }: ReturnType<Presence['saved']>): void {
    const { groups, leaseClock, revokedMs, clock, log } = this.state;
    this.state.leases.restore(leases);
    this.state.names.restore(names);
    log.revision = revision;
    this.records.read = read;
    for (const [key, at] of seenAt) this.state.seenAt.set(key, at);
    for (const { state } of groups.all()) {
      for (const id of state.runners.keys()) watch(this.state, id, state, clock.monotonicMs());
      if (!state.leadership) continue;
      leaseClock.termBegan(state.id, state.leadership.term, state.settings.heartbeatMs, 0);
      if (state.leadership.handover) revokedMs.set(state.id, clock.monotonicMs());
    }
  }

  /** A runner opened its stream: told its role at once, and the other servers that it lives (L10). */
  async openSession(about: Session, sink: SessionSink): Promise<Session> {
    if (this.reception.mayBeBehind(about)) await this.reception.catchUp(about.group);
    const session = this.sessions.add(about, sink);
    const { group, runner, incarnation } = about;
    void this.state.log
      .sessionOpened({ group, runner, incarnation })
      .catch((error: Error) => this.state.problem(`a session could not be recorded: ${error.message}`));
    return session;
  }

  /** A runner's socket closed. */
  sessionClosed(session: Session): void {
    const loss = this.sessions.remove(session, this.state.clock.monotonicMs());
    if (loss && this.isLive) this.giveUp.connectionLost(loss);
  }

  changed({ group, events, after }: Append): void {
    const nowMs = this.state.clock.monotonicMs();
    for (const event of events) this.take(event, after, nowMs);
    if (this.isLive) this.sessions.groupChanged(group);
  }

  givenUp(group: Id, last: GroupState | undefined): void {
    const { leases, leaseClock, revokedMs, silence, sessions } = this.state;
    leases.forget(group);
    leaseClock.termEnded(group);
    revokedMs.delete(group);
    for (const runner of last?.runners.keys() ?? []) silence.forget(group, runner);
    sessions.end(group);
  }

  private take(event: RecordedEvent, after: GroupState, nowMs: number): void {
    const { leases, leaseClock, revokedMs, hearing } = this.state;
    const { group } = event;
    leases.groupChanged(event, after);
    switch (event.type) {
      case 'LeaderElected':
        leaseClock.termBegan(group, event.data.term, after.settings.heartbeatMs, hearing.hearingMs(nowMs));
        break;
      case 'LeadershipRevoked':
        revokedMs.set(group, nowMs);
        break;
      case 'LeadershipEnded':
        leaseClock.termEnded(group);
        revokedMs.delete(group);
        break;
      case 'RunnerRegistered':
      case 'RunnerRestarted':
      case 'RunnerActivated':
      case 'HeartbeatMissed':
      case 'RunnerDeregistered':
        watch(this.state, event.data.runner, after, nowMs);
        break;
    }
    if (event.type === 'RunnerRestarted') this.reception.forget(group, event.data.runner, event.data.previousIncarnation, false);
    if (event.type === 'RunnerDeregistered') this.reception.forget(group, event.data.runner, event.data.incarnation, true);
  }

  apply(append: StoredAppend): void {
    if (append.stream === PRESENCE_STREAM) this.records.apply(append, this.isLive);
  }
}
