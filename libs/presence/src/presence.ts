import {
  PRESENCE_STREAM,
  type Append,
  type GroupListener,
  type Groups,
  type GroupState,
  type Id,
  type SealedPast,
} from '@conclave/election';
import type { Consumer, StoredAppend } from '@conclave/event-store';
import { randomUuid } from '@conclave/kernel';
import { BeatBatcher } from './beat-batcher.js';
import { CatchUp } from './answers/catch-up.js';
import { FailureDetector } from './failure-detector.js';
import { GroupFold } from './group-fold.js';
import { beginsFor, Hearing, type Moment } from './hearing/hearing.js';
import { Roll } from './hearing/roll.js';
import { SilenceDetector } from './hearing/silence-detector.js';
import { FirstGrants } from './leases/first-grants.js';
import { LeaseClock } from './leases/lease-clock.js';
import { leaseEnd, type LeaseEnd } from './lease-end.js';
import { LeaseTable } from './leases/lease-table.js';
import { LifeSigns } from './life-signs.js';
import { RecordFold } from './record-fold.js';
import { HeardRecords } from './records/heard-records.js';
import { LastBeats } from './records/last-beats.js';
import { LastWords } from './records/last-words.js';
import { Names } from './records/names.js';
import { Naming } from './records/naming.js';
import { PresenceLog } from './records/presence-log.js';
import type { PresenceOptions } from './presence-options.js';
import { Reception } from './reception.js';
import type { HeartbeatReply } from './answers/replies.js';
import { Sessions, type Session, type SessionSink } from './sessions.js';

/** Turns the log into leases and silences, and beats and silence into records and commands (docs/protocol.md). */
export class Presence implements Consumer, GroupListener {
  readonly reception: Reception;
  readonly sessions: Sessions;
  readonly lastWords: LastWords;
  readonly leaseEndOf: (state: GroupState) => LeaseEnd | null;
  /** What this process signs its records of `P` with. */
  readonly writer: string;
  readonly digestAt: HeardRecords['digestAt'];
  private readonly groups: Groups;
  private readonly hearing: Hearing;
  private readonly leases: LeaseTable;
  private readonly leaseClock: LeaseClock;
  private readonly lifeSigns: LifeSigns;
  private readonly roll: Roll;
  private readonly names = new Names();
  private readonly log: PresenceLog;
  private readonly batcher: BeatBatcher<HeartbeatReply>;
  private readonly failures: FailureDetector;
  private readonly records: RecordFold;
  private readonly groupFold: GroupFold;
  private readonly now: () => Moment;
  private isLive = false;

  constructor(options: PresenceOptions) {
    const { groups, store, clock, time, problem, defect, send } = options;
    const hearing = (this.hearing = new Hearing(clock.monotonicMs()));
    const now = (this.now = () => hearing.moment(clock.monotonicMs()));
    const leases = (this.leases = new LeaseTable(groups));
    const leaseClock = (this.leaseClock = new LeaseClock(options.maxDrift));
    const roll = (this.roll = new Roll());
    const lastBeats = new LastBeats(roll);
    const firstGrants = new FirstGrants(lastBeats, options.maxDrift);
    const grantOf = (group: Id, term: number) =>
      hearing.isDeaf ? null : firstGrants.newsOf(group, term, now().nowMs);
    const sessions = (this.sessions = new Sessions(groups, grantOf, defect));
    const silence = new SilenceDetector(roll);
    const lifeSigns = (this.lifeSigns = new LifeSigns(groups, silence, sessions, roll, time));
    const { names } = this;
    // not the instance: a server may come back under its old name
    const naming = new Naming(randomUuid(), names);
    const log = (this.log = new PresenceLog(store, hearing, clock, options.instance, naming));
    const batcher = (this.batcher = new BeatBatcher<HeartbeatReply>(log, clock));
    const heard = new HeardRecords(store, names);
    const common = { groups, roll, heard, lastBeats, leases, leaseClock, lifeSigns, now, problem };
    const ofServer = { hearing, sessions, log, isOnlyServer: store.isExclusive ?? false };
    const failures = new FailureDetector({ ...common, ...ofServer, send, defect });
    const inRecords = { ...common, hearing, sessions, log, names, naming, batcher, firstGrants };
    const reception = new Reception({
      ...common,
      batcher,
      send,
      wallMs: () => clock.wallMs(),
      time,
      log: new CatchUp(groups, options.headOf, options.reached, options.ofNow),
    });
    [this.failures, this.reception, this.groups] = [failures, reception, groups];
    this.leaseEndOf = (state) => leaseEnd(state, { hearing, leaseClock, time }, now());
    this.lastWords = new LastWords(roll, log, ofServer.isOnlyServer);
    [this.writer, this.digestAt] = [naming.writer, heard.digestAt];
    this.records = new RecordFold({ ...inRecords, failures, store });
    this.groupFold = new GroupFold({ ...common, hearing, firstGrants });
  }

  servers = () => this.records.writers.all(this.now().nowMs);
  lastSeenAt = (group: Id, runner: Id): string | null => this.lifeSigns.lastSeenAt(group, runner);

  /** How long this server has heard nothing, 0 if it hears (L6). */
  deafForMs = (): number => this.hearing.deafForMs(this.now().nowMs);
  /** How old what is known here may be; Infinity before it has heard itself once. */
  unprovedMs = (): number => this.hearing.unprovedMs(this.now().nowMs);
  hasJustStoodStill = (): boolean => this.hearing.hasJustStoodStill(this.now());

  /** Writes a record of nothing; it is heard when `provedSinceMs` is not before. */
  speak = async (): Promise<void> => this.log.beats([], []);
  provedSinceMs = (): number => this.hearing.provedSinceMs;

  /** Why this server's own records cannot be written; null while they can. */
  get writeFailure(): Error | null {
    return this.log.failure;
  }

  /** Call about 20 times a second. */
  tick(): void {
    const { nowMs } = this.now();
    this.hearing.tick(nowMs);
    this.batcher.dropStale(nowMs);
    if (this.isLive) this.failures.tick(this.hearing.moment(nowMs));
  }

  /** The first caught-up ends the replay: whatever was read late counts from now (L4). */
  caughtUp(): void {
    if (this.isLive) return;
    this.isLive = true;
    this.hearing.started(this.now().nowMs);
    this.records.caughtUp();
    this.log.replayedAtMs = this.records.writtenMs;
    const begins = beginsFor(this.roll.size, this.now());
    for (const { group, maxLeaseMs } of this.leases.all())
      this.leaseClock.started(group, maxLeaseMs, begins.hearingMs);
    this.lifeSigns.silence.restart(begins);
    this.lifeSigns.caughtUp();
  }

  /** Shuts quietly: sessions are told, nobody is reported. */
  stop(connectMs: number): void {
    this.isLive = false;
    this.failures.stop();
    this.sessions.bye(connectMs);
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved() {
    const { leases, names, log, records, roll } = this;
    const places = { revision: log.revision, read: records.read, writtenMs: records.writtenMs };
    return { leases: leases.saved(), names: names.saved(), ...places, roll: roll.saved() };
  }

  /** After the groups of the same snapshot. What a clock measures begins at the end of replay, as ever. */
  restore(saved: ReturnType<Presence['saved']>): void {
    this.leases.restore(saved.leases);
    const writtenMs = saved.writtenMs ?? null; // a build before did not say
    this.names.restore(saved.names, writtenMs ?? Infinity);
    this.log.revision = saved.revision;
    this.records.resume(saved.read, writtenMs);
    this.roll.restore(saved.roll);
    for (const { state } of this.groups.all()) this.groupFold.resume(state);
  }

  /** A runner opened its stream: told its role at once, and the other servers that it lives (L10). */
  async openSession(about: Session, sink: SessionSink): Promise<Session> {
    await this.reception.catchUpFor(about);
    const session = this.sessions.add(about, sink);
    if (this.sessions.hasOpen(about)) this.batcher.sessionOpened(about); // else it was told that it is superseded
    return session;
  }

  /** A runner's socket closed. */
  sessionClosed(session: Session): void {
    const loss = this.sessions.remove(session, this.now().nowMs);
    if (loss && this.isLive) this.failures.losses.add(loss);
  }

  /** A group is read from behind what is sealed: of beats before it this server knows nothing (L7). */
  begun({ state: { id }, leaseMs }: SealedPast): void {
    this.groupFold.begin(this.groups.get(id)!, leaseMs);
    this.records.doubt(this.records.read);
  }

  changed(append: Append): void {
    this.groupFold.apply(append);
    if (this.isLive) this.sessions.groupChanged(append.group);
  }

  givenUp(group: Id, last: GroupState | undefined): void {
    this.groupFold.forget(group, last);
    this.sessions.end(group);
  }

  apply(append: StoredAppend): void {
    if (append.stream !== PRESENCE_STREAM) return;
    this.records.apply(append, this.isLive);
    if (this.isLive) this.failures.losses.judge(this.now().nowMs);
  }
}
