import { isOwn, type EventStore, type StoredAppend, type StoredEvent } from '@conclave/event-store';
import { heldBy, type Groups, type GroupState, type ProcessId } from '@conclave/election';
import type { BeatBatcher } from './beat-batcher.js';
import type { FailureDetector } from './failure-detector.js';
import type { Hearing, Moment } from './hearing/hearing.js';
import type { Process, Roll } from './hearing/roll.js';
import type { FirstGrants } from './leases/first-grants.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import type { HeardRecords } from './records/heard-records.js';
import type { LastBeats } from './records/last-beats.js';
import type { Names, Own } from './records/names.js';
import type { Naming } from './records/naming.js';
import type { PresenceLog } from './records/presence-log.js';
import { Writers } from './records/writers.js';
import { ACTED_UPON_MS } from './records/retention.js';
import { NOBODY, readRecord, type DataOf, type PresenceRecord } from './records/records.js';
import { replyTo, stateOf, type HeartbeatReply } from './answers/replies.js';
import type { Sessions } from './sessions.js';

export interface RecordFoldParts {
  groups: Groups;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  hearing: Hearing;
  lifeSigns: LifeSigns;
  sessions: Sessions;
  log: PresenceLog;
  names: Names;
  heard: HeardRecords;
  lastBeats: LastBeats;
  roll: Roll;
  firstGrants: FirstGrants;
  naming: Naming;
  batcher: BeatBatcher<HeartbeatReply>;
  failures: FailureDetector;
  now: () => Moment;
  /** Tells people what it calls a stream. */
  store: Pick<EventStore, 'nameOf'>;
  problem: (message: string) => void;
}

const isOf = (state: GroupState | undefined, about: ProcessId): boolean =>
  state !== undefined &&
  (state.runners.get(about.runner)?.incarnation === about.incarnation || heldBy(state, about) !== null);

/** What the records of `P` mean, at their place in the one order. */
export class RecordFold {
  readonly writers = new Writers();
  private foreign = 0;
  /** When the first record after a gap was written, and how long servers have written since, by their clocks. */
  private gapAtMs: number | null = null;
  private spanMs = 0;
  private isReplayed = false;
  /** Version of `P` up to which it was read: a gap is what has expired meanwhile (L7). */
  read = 0;
  /** When the last record was written, if no clock leapt ahead by more than an hour; null: there was none. */
  writtenMs: number | null = null;
  private latestMs: number | null = null;

  constructor(private readonly p: RecordFoldParts) {}

  /** Goes on behind a snapshot, which does not hold what was read before it. */
  resume(read: number, writtenMs: number | null): void {
    this.read = read;
    this.writtenMs = writtenMs;
    this.p.lastBeats.doubt(read);
  }

  /** `isLive`: the replay is over. Throws on a record of a newer server. */
  apply({ events, torn }: StoredAppend, isLive: boolean): void {
    for (const stored of events) {
      const isGap = stored.version !== this.read + 1;
      if (isGap) this.doubt(stored.version - 1, true);
      this.read = stored.version;
      if (isLive) this.p.heard.passed(stored);
      const record = torn ? null : readRecord(stored);
      if (record) {
        const atMs = Date.parse(record.at);
        if (isGap) this.gapAtMs = atMs;
        this.spanMs = Math.max(this.spanMs, atMs - (this.gapAtMs ?? atMs));
        const onMs = Math.max(0, atMs - (this.latestMs ?? atMs));
        this.latestMs = Math.max(atMs, this.latestMs ?? atMs);
        this.writtenMs = (this.writtenMs ?? atMs) + Math.min(onMs, ACTED_UPON_MS);
        this.take(record, isLive);
      } else this.skip(stored);
    }
  }

  private take(record: PresenceRecord, isLive: boolean): void {
    const { hearing, log, leases, failures, now } = this.p;
    log.revision = record.revision;
    hearing.recordReturned(record.id, now().nowMs);
    switch (record.type) {
      case 'BeatsObserved':
        this.observe(record, record.data, isLive);
        break;
      case 'LeaseExpired': {
        const over = leases.leaseExpired(record.revision, record.data);
        const isOwn = log.wroteExpiry(record.data);
        if (isLive) for (const { group, term } of over) failures.leaseIsOver(group, term, isOwn);
      }
    }
  }

  private observe(
    { id, revision, at }: PresenceRecord,
    data: DataOf<'BeatsObserved'>,
    isLive: boolean,
  ): void {
    const { leases, leaseClock, lifeSigns, lastBeats, names, naming, batcher, groups, sessions } = this.p;
    const now = this.p.now();
    const isHeardHere = naming.isOwn(data) && isLive;
    const beats = names.read(data, this.writtenMs!, isHeardHere ? this.ownAt(revision, now) : undefined);
    if (isHeardHere) naming.cameBack(data, now.nowMs);
    const known = beats.filter((beat) => beat !== null);
    // Who cannot be told by name may have renewed any lease: each may be out for its whole time from now (L7,
    // G2).
    if (known.length < beats.length) this.doubt(revision);
    const wallMs = Date.parse(at);
    if (isLive && data.i !== NOBODY)
      this.writers.wrote(data.i, { wallMs, behind: Math.max(0, revision - 1 - data.h) }, now.nowMs);
    const outcomes = leases.beatsObserved(revision, known);
    for (const beat of known) {
      const process = this.processOf(beat);
      if (process) lastBeats.recorded(beat, revision, now, process);
      else lastBeats.passed(revision);
    }
    for (const { beat, renewedMs } of outcomes) {
      if (renewedMs > 0) leaseClock.validBeat(beat.group, renewedMs, now.hearingMs);
      if (isHeardHere) continue;
      lifeSigns.hearElsewhere(beat, wallMs, now);
    }
    const opened = names.openedIn(data);
    for (const about of opened) sessions.opened(about, isHeardHere);
    if (opened.length < (data.s?.length ?? 0)) sessions.doubt();
    if (known.length < beats.length) batcher.failed(id); // who waits for which outcome cannot be told
    batcher.returned(id, outcomes, ({ beat, grantMs }) =>
      replyTo({ ...beat, term: beat.term ?? undefined }, stateOf(groups, beat.group), grantMs),
    );
  }

  private ownAt(revision: number, now: Moment): Own {
    const { roll, lastBeats } = this.p;
    return {
      processOf: (about) => roll.processOf(about),
      heard: (process, sequence) => lastBeats.recordedOf(process, sequence, revision, now),
    };
  }

  /** Null: it is none of its group (any more). Who stands in the roll is. */
  private processOf(beat: ProcessId): Process | null {
    const { roll, groups } = this.p;
    return roll.processOf(beat) ?? (isOf(groups.get(beat.group), beat) ? roll.enterProcess(beat) : null);
  }

  /** Somebody else's, or one of ours that is rotten, or older than this version: that may have renewed any lease (L7). */
  private skip(stored: StoredEvent): void {
    const isOurs = isOwn(stored) || typeof stored.meta === 'string';
    if (isOurs && stored.type !== 'SessionOpened') this.doubt(stored.version);
    else this.tell(stored);
  }

  /**
   * The replay is over. What expired held may have ended a lease; but servers have written for longer than any lease
   * lasts since, and whoever knew it has acted on it (L5). Else nobody has led for as long as records are kept.
   */
  caughtUp(): void {
    this.isReplayed = true;
    if (this.spanMs >= ACTED_UPON_MS) this.p.leases.trust();
  }

  /** `isGone`: it has expired, whatever it was. */
  doubt(revision: number, isGone = false): void {
    const { leases, leaseClock, lastBeats, lifeSigns, sessions, firstGrants, now } = this.p;
    lastBeats.doubt(revision);
    firstGrants.doubt();
    if (isGone) leases.miss(revision);
    else leases.doubt(revision);
    if (!this.isReplayed) return; // at its end every term is given a whole lease: many records times many groups took minutes
    const moment = now();
    lifeSigns.silence.restart(moment); // anybody may have been heard in it
    sessions.doubt();
    for (const { group, maxLeaseMs } of leases.all()) leaseClock.started(group, maxLeaseMs, moment.hearingMs);
  }

  /** It must stop nobody, and people are told of it: of the first, the tenth, the hundredth and so on. */
  private tell({ stream, version, type }: StoredEvent): void {
    if (!/^10*$/.test(String(++this.foreign))) return;
    const { store, problem } = this.p;
    problem(
      `event ${version} of stream "${store.nameOf(stream)}" (${type}) is not one of Conclave and means nothing (${this.foreign} so far): ` +
        'keep others from writing there, or give Conclave a prefix of its own (CONCLAVE_STREAM_PREFIX)',
    );
  }
}
