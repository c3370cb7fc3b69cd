import type { Send } from '@conclave/coordination';
import { MOST_IN_A_COMMAND, type Groups, type Id } from '@conclave/election';
import { Seldom } from '@conclave/kernel';
import { ECHO_MS, type Hearing, type Moment } from './hearing/hearing.js';
import { Round } from './hearing/round.js';
import { Probe } from './probe.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable, TermLease } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import { Losses } from './losses.js';
import type { HeardRecords } from './records/heard-records.js';
import type { LastBeats } from './records/last-beats.js';
import { Reports } from './reports.js';
import type { PresenceLog } from './records/presence-log.js';
import type { Loss, Sessions } from './sessions.js';

/**
 * An idle server writes an empty record this often, so that it knows within two seconds that it hears no more
 * (L6).
 */
const PROOF_EVERY_MS = 900;
/** Hearing is proved this long before somebody may have to be given up, so that the proof costs no time. */
const PROOF_AHEAD_MS = 300;
const PROBE_EVERY_MS = 250;
const RETRY_MS = 1_000;
/**
 * Who wrote that a lease is over reports it, the others after so long, and up to so much more, if it has not. It was silent there for
 * its whole lease; who has read its last beat later, or has just started, would take it to have been heard, and elect it again.
 */
const [OTHERS_MS, OTHERS_APART_MS] = [300, 200];
/** In one record: it is made in one go, and others wait for that. */
const MOST_TERMS = 250;
/** The tick after this one comes so much later. */
const NEXT_TICK_MS = 50;
/** So many terms whose lease is over in the log are looked at in one tick, in turn: mostly it was said just now. */
const MOST_OVER = 1_000;
/** So many silences are looked at in one tick: more of one moment would hold up everybody else. */
const MOST_SILENT = 250;

export interface FailureDetectorParts {
  groups: Groups;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  hearing: Hearing;
  lifeSigns: LifeSigns;
  sessions: Sessions;
  heard: HeardRecords;
  lastBeats: LastBeats;
  log: PresenceLog;
  isOnlyServer: boolean;
  now: () => Moment;
  send: Send;
  problem: (message: string) => void;
  defect: (error: unknown) => void;
}

/** Decides when a lease or a runner is given up, and says so: to `P` for leases, by command for the rest. */
export class FailureDetector {
  readonly losses: Losses;
  private readonly probe: Probe;
  private readonly tried = new Map<Id, { term: number; againMs: number }>();
  private readonly reports: Reports;
  private readonly failing: Seldom;
  private readonly over: Round<TermLease>;
  private beforeTick: NodeJS.Timeout | undefined;

  constructor(private readonly p: FailureDetectorParts) {
    const { groups, hearing, log, sessions, isOnlyServer, problem, defect } = p;
    this.reports = new Reports(p);
    this.over = new Round(p.leases.expired);
    this.failing = new Seldom(problem);
    const probe = (this.probe = new Probe(log, hearing, problem));
    const nowMs = () => p.now().nowMs;
    const confirmed = (group: Id, losses: readonly Loss[]) => this.reportLosses(group, losses);
    const heard = { groups, hearing, probe, sessions, isOnlyServer };
    this.losses = new Losses({ ...heard, nowMs, defect, confirmed });
  }

  tick(now: Moment): void {
    const { hearing, leaseClock, lifeSigns, isOnlyServer } = this.p;
    const { nowMs, hearingMs } = now;
    this.losses.judge(nowMs);
    const aheadMs = hearingMs + PROOF_AHEAD_MS;
    const isNear = leaseClock.isNear(aheadMs) || lifeSigns.silence.isNear(aheadMs);
    const oldestMs = isNear || hearing.isDeaf ? ECHO_MS / 2 : PROOF_EVERY_MS;
    if (hearing.wantsProbe(nowMs, oldestMs)) this.probe.send(nowMs, PROBE_EVERY_MS);
    this.lookAgain(this.announceExpired(now), now);
    for (const { group, term } of this.over.take(MOST_OVER))
      this.leaseIsOver(group, term, isOnlyServer, nowMs);
    this.reportSilences(now);
    this.p.log.retention.tick(this.p.problem);
  }

  stop(): void {
    clearTimeout(this.beforeTick);
    this.losses.forget();
  }

  /** Where more have ended than one record tells, the next one follows at once. */
  private lookAgain(announced: number, now: Moment): void {
    if (announced < MOST_TERMS) return this.lookBeforeTick(now);
    clearTimeout(this.beforeTick);
    this.beforeTick = setTimeout(() => this.look(), 0).unref();
  }

  /**
   * The first lease that ends between two ticks: who follows need not wait for the second. More that end before that do:
   * of a thousand each would be a record of its own.
   */
  private lookBeforeTick({ hearingMs }: Moment): void {
    clearTimeout(this.beforeTick);
    if (this.p.hearing.isDeaf) return; // its clock stands still
    const inMs = this.p.leaseClock.nextInMs(hearingMs, NEXT_TICK_MS);
    if (inMs !== null) this.beforeTick = setTimeout(() => this.look(), Math.ceil(inMs)).unref();
  }

  private look(): void {
    const { hearing, now, defect } = this.p;
    try {
      const { nowMs } = now();
      hearing.tick(nowMs); // the loop may have stood still
      const moment = hearing.moment(nowMs);
      const announced = this.announceExpired(moment);
      if (announced === 0 || announced === MOST_TERMS) this.lookAgain(announced, moment); // timers may be early
    } catch (error) {
      defect(error);
    }
  }

  /** L4: one record may announce several terms; whether each is over is decided at its position. How many it tells of. */
  private announceExpired(now: Moment): number {
    const { leaseClock, leases, hearing, lifeSigns, log } = this.p;
    const { nowMs, hearingMs } = now;
    const terms = [];
    for (const { group, term, heartbeatMs, overdueMs } of leaseClock.due(hearingMs)) {
      const lease = leases.get(group);
      if (lease?.term !== term) continue;
      if (lease.expiredRevision !== null) {
        leaseClock.isOver(group);
        continue;
      }
      if (!hearing.mayGiveUp(nowMs, heartbeatMs, overdueMs)) continue;
      const silentMs = lifeSigns.silenceOf(group, lease.runner, now)?.silentMs ?? 0;
      const lastSeenAt = lifeSigns.lastSeenAt(group, lease.runner);
      const after = String(leases.nothingAfter(lease));
      terms.push({ group, term, after, lastSeenAt, silentMs, leaseMs: lease.maxLeaseMs });
      if (terms.length === MOST_TERMS) break; // of those that may end, or some that may not would hide the rest
    }
    for (const { group } of terms) leaseClock.announced(group, hearingMs);
    if (terms.length === 0) return 0;
    void log.leaseExpired(terms).catch((error: Error) => {
      const what = `an expired lease could not be recorded, trying again: ${error.message}`;
      this.failing.tell(error, what, this.p.now().nowMs);
    });
    return terms.length;
  }

  /**
   * L5, level-triggered: the term is over in the log; every server says so until the group knows it, first of all the one that wrote
   * it there (`isOwn`).
   */
  leaseIsOver(group: Id, term: number, isOwn: boolean, nowMs = this.p.now().nowMs): void {
    const tried = this.tried.get(group);
    const isNew = tried?.term !== term;
    if (!isNew && nowMs < tried.againMs) return;
    const waits = isNew && !isOwn;
    const againMs = waits ? OTHERS_MS + Math.random() * OTHERS_APART_MS : RETRY_MS * (1 + Math.random() / 4);
    this.tried.set(group, { term, againMs: nowMs + againMs });
    if (!waits) this.reports.expired(group, term);
  }

  /** An expired lease goes first, and takes the silent ones of its group along. */
  private reportSilences(now: Moment): void {
    const { lifeSigns, leases } = this.p;
    const isFree = (group: Id) =>
      !this.reports.areUnderWay(group) && leases.get(group)?.expiredRevision == null;
    const due = [];
    for (const one of lifeSigns.silence.due(now, isFree)) {
      if (!this.reports.mayGiveUp(one, now)) continue;
      if (due.push(one) === MOST_SILENT) break; // the others with one of the next ticks
    }
    for (const [group, silent] of Map.groupBy(due, (about) => about.group)) {
      const reported = silent.slice(0, MOST_IN_A_COMMAND);
      for (const about of reported) lifeSigns.silence.reported(about, now);
      this.reports.silent(group, reported, 'silence');
    }
  }

  private reportLosses(group: Id, losses: readonly Loss[]): void {
    const now = this.p.now();
    const lost = losses.flatMap(({ runner, incarnation }) => {
      const about = this.p.lifeSigns.silenceOf(group, runner, now);
      return about?.incarnation === incarnation ? [about] : [];
    });
    for (let at = 0; at < lost.length; at += MOST_IN_A_COMMAND)
      this.reports.silent(group, lost.slice(at, at + MOST_IN_A_COMMAND), 'connection-lost');
  }
}
