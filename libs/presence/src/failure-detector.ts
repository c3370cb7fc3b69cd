import type { Send } from '@conclave/coordination';
import { heldBy, type ElectionCommand, type Groups, type Id, type ReportSilence } from '@conclave/election';
import { ECHO_MS, type Hearing, type Moment } from './hearing/hearing.js';
import type { Silence } from './hearing/silence-detector.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import type { PresenceLog } from './records/presence-log.js';
import type { Loss, Sessions } from './sessions.js';

/**
 * A socket that closed counts as a death only if nothing of that incarnation is heard for this long (L10).
 */
const LOSS_CONFIRM_MS = 250;
const LOSS_PROBE_MS = 50;
/**
 * An idle server writes an empty record this often, so that it knows within two seconds that it hears no more
 * (L6).
 */
const PROOF_EVERY_MS = 900;
/** Hearing is proved this long before somebody may have to be given up, so that the proof costs no time. */
const PROOF_AHEAD_MS = 300;
const RETRY_MS = 1_000;
const MOST_TERMS = 1_000;
const RETENTION_EVERY_MS = 600_000;

export interface FailureDetectorParts {
  groups: Groups;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  hearing: Hearing;
  lifeSigns: LifeSigns;
  sessions: Sessions;
  log: PresenceLog;
  now: () => Moment;
  send: Send;
  problem: (message: string) => void;
  defect: (error: unknown) => void;
}

/** Decides when a lease or a runner is given up, and says so: to `P` for leases, by command for the rest. */
export class FailureDetector {
  private readonly triedMs = new Map<Id, number>();
  private losses: Loss[] = [];
  private probedMs = -Infinity;
  private retainedMs = -Infinity;

  constructor(private readonly p: FailureDetectorParts) {}

  tick(now: Moment): void {
    const { hearing, leaseClock, leases } = this.p;
    const { silence } = this.p.lifeSigns;
    const { nowMs, hearingMs } = now;
    this.judgeLosses(nowMs);
    const isNear = Math.min(leaseClock.nextMs(), silence.nextMs()) - hearingMs <= PROOF_AHEAD_MS;
    const oldestMs = isNear || hearing.isDeaf ? ECHO_MS / 2 : PROOF_EVERY_MS;
    if (hearing.wantsProbe(nowMs, oldestMs) && nowMs - this.probedMs >= LOSS_CONFIRM_MS) this.probe(nowMs);
    this.announceExpired(now);
    for (const about of silence.due(now))
      if (hearing.mayGiveUp(nowMs, about.heartbeatMs)) {
        silence.reported(about, nowMs);
        this.report(about, 'silence');
      }
    for (const { group, term, expiredRevision } of leases.all()) {
      const triedMs = this.triedMs.get(group) ?? -Infinity;
      if (expiredRevision !== null && nowMs - triedMs >= RETRY_MS) this.leaseIsOver(group, term);
    }
    if (nowMs - this.retainedMs >= RETENTION_EVERY_MS) this.retain(nowMs);
  }

  /** Writes an empty record: what comes back with it was heard. */
  private probe(nowMs: number): void {
    this.probedMs = nowMs;
    const wasDeaf = this.p.hearing.isDeaf;
    this.p.log.beats([]).then(
      () => this.judgeLosses(this.p.now().nowMs),
      (error: Error) => wasDeaf || this.p.problem(`the presence log cannot be written: ${error.message}`), // once
    );
  }

  /** L4: one record may announce several terms; whether each is over is decided at its position. */
  private announceExpired(now: Moment): void {
    const { leaseClock, leases, hearing, lifeSigns, log } = this.p;
    const { nowMs, hearingMs } = now;
    const terms = leaseClock
      .due(hearingMs)
      .flatMap(({ group, term, heartbeatMs }) => {
        const lease = leases.get(group);
        if (lease?.term !== term || lease.expiredRevision !== null || !hearing.mayGiveUp(nowMs, heartbeatMs))
          return [];
        const silentMs = lifeSigns.silenceOf(group, lease.runner, now)?.silentMs ?? 0;
        const lastSeenAt = lifeSigns.lastSeenAt(group, lease.runner);
        const after = String(leases.nothingAfter(lease));
        return [{ group, term, after, lastSeenAt, silentMs, leaseMs: lease.maxLeaseMs }];
      })
      .slice(0, MOST_TERMS); // of those that may end, or some that may not would hide the rest
    for (const { group } of terms) leaseClock.announced(group, hearingMs);
    if (terms.length === 0) return;
    void log
      .leaseExpired(terms)
      .catch((error: Error) =>
        this.p.problem(`an expired lease could not be recorded, trying again: ${error.message}`),
      );
  }

  /** L5, level-triggered: the term is over in the log; every server says so until the group knows it. */
  leaseIsOver(group: Id, term: number): void {
    const { lifeSigns, leases } = this.p;
    const now = this.p.now();
    const runner = leases.get(group)!.runner;
    this.triedMs.set(group, now.nowMs + (Math.random() * RETRY_MS) / 4);
    const about = lifeSigns.silenceOf(group, runner, now);
    this.send(group, {
      type: 'ReportLeaseExpired',
      term,
      lastSeenAt: lifeSigns.lastSeenAt(group, runner),
      silentMs: about?.silentMs ?? 0,
      leaseMs: about?.limitMs ?? leases.get(group)!.maxLeaseMs,
      deafMs: about?.deafMs ?? 0,
    });
  }

  /** Judged after 250 ms sharp, or by the tick that comes first after them. */
  connectionLost(loss: Loss): void {
    this.losses.push(loss);
    setTimeout(() => {
      try {
        this.judgeLosses(this.p.now().nowMs);
      } catch (error) {
        this.p.defect(error);
      }
    }, LOSS_CONFIRM_MS).unref();
  }

  /**
   * Only what was heard counts: a record of ours, written after the 250 ms, must have come back first (L6,
   * L10).
   */
  private judgeLosses(nowMs: number): void {
    const isRipe = ({ lostMs }: Loss) => nowMs - lostMs >= LOSS_CONFIRM_MS;
    const isProved = ({ lostMs }: Loss) => this.p.hearing.provedSinceMs - lostMs >= LOSS_CONFIRM_MS;
    const proved = this.losses.filter(isProved);
    this.losses = this.losses.filter((loss) => !isProved(loss));
    for (const loss of proved) if (this.p.sessions.isConfirmed(loss)) this.reportLoss(loss);
    if (this.losses.some(isRipe) && nowMs - this.probedMs >= LOSS_PROBE_MS) this.probe(nowMs);
  }

  /** The server stops: whatever closes now is its own doing. */
  stop(): void {
    this.losses = [];
  }

  private reportLoss({ group, runner, incarnation }: Loss): void {
    const about = this.p.lifeSigns.silenceOf(group, runner, this.p.now());
    if (about?.incarnation === incarnation) this.report(about, 'connection-lost');
  }

  private report(about: Silence, evidence: ReportSilence['evidence']): void {
    const { groups, lifeSigns } = this.p;
    const { group, runner, incarnation, silentMs, deafMs, limitMs: leaseMs } = about;
    const state = groups.get(group);
    if (!state) return;
    const held = heldBy(state, about);
    if (held && state.settings.failover === 'lease') return; // only L4 ends its term
    const lastSeenAt = lifeSigns.lastSeenAt(group, runner);
    const facts = { lastSeenAt, silentMs, deafMs, leaseMs };
    this.send(group, {
      type: 'ReportSilence',
      runner,
      incarnation,
      term: held?.term ?? null,
      evidence,
      ...facts,
    });
  }

  private send(group: Id, command: ElectionCommand): void {
    this.p
      .send(group, command, 'system:presence')
      .catch((error: Error) =>
        this.p.problem(`${command.type} for group "${group}" failed, trying again: ${error.message}`),
      );
  }

  private retain(nowMs: number): void {
    this.retainedMs = nowMs;
    void this.p.log
      .expire()
      .catch((error: Error) =>
        this.p.problem(`old records of the presence log cannot be let go: ${error.message}`),
      );
  }
}
