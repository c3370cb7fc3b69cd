import type { ElectionCommand, GroupState, Id } from '@conclave/election';
import { ECHO_MS } from './hearing/hearing.js';
import type { PresenceState } from './presence-state.js';
import type { Loss } from './sessions.js';
import type { Silence } from './hearing/silence-detector.js';

/** A socket that closed counts as a death only if nothing of that incarnation is heard for this long (L10). */
const LOSS_CONFIRM_MS = 250;
const LOSS_PROBE_MS = 50;
/** An idle server writes an empty record this often, so that it knows within two seconds that it hears no more (L6). */
const PROOF_EVERY_MS = 900;
/** Hearing is proved this long before somebody may have to be given up, so that the proof costs no time. */
const PROOF_AHEAD_MS = 300;
const RETRY_MS = 1_000;
const MOST_TERMS = 1_000;
const RETENTION_EVERY_MS = 600_000;

/** Decides when a lease or a runner is given up, and says so: to `P` for leases, by command for the rest. */
export class GiveUp {
  private readonly triedMs = new Map<Id, number>();
  private losses: Loss[] = [];
  private probedMs = -Infinity;
  private retainedMs = -Infinity;

  constructor(private readonly p: PresenceState) {}

  tick(nowMs: number): void {
    const { hearing, leaseClock, silence } = this.p;
    this.judgeLosses(nowMs);
    const hearingMs = hearing.hearingMs(nowMs);
    const isNear = Math.min(leaseClock.nextMs(), silence.nextMs()) - hearingMs <= PROOF_AHEAD_MS;
    const oldestMs = isNear || hearing.isDeaf ? ECHO_MS / 2 : PROOF_EVERY_MS;
    if (hearing.wantsProbe(nowMs, oldestMs) && nowMs - this.probedMs >= LOSS_CONFIRM_MS) this.probe(nowMs);
    this.announceExpired(nowMs, hearingMs);
    for (const about of silence.due(nowMs, hearingMs)) if (hearing.mayGiveUp(nowMs, about.heartbeatMs)) this.reportSilence(about, nowMs);
    for (const { group, term, expiredRevision } of this.p.leases.all()) {
      if (expiredRevision !== null && nowMs - (this.triedMs.get(group) ?? -Infinity) >= RETRY_MS) this.leaseIsOver(group, term);
    }
    if (nowMs - this.retainedMs >= RETENTION_EVERY_MS) this.retain(nowMs);
  }

  /** Writes an empty record: what comes back with it was heard. */
  private probe(nowMs: number): void {
    this.probedMs = nowMs;
    const wasDeaf = this.p.hearing.isDeaf;
    this.p.log.beats([]).then(
      () => this.judgeLosses(this.p.clock.monotonicMs()),
      (error: Error) => wasDeaf || this.p.problem(`the presence log cannot be written: ${error.message}`), // once, not at every try
    );
  }

  /** L4: one record may announce several terms; whether each is over is decided at its position. */
  private announceExpired(nowMs: number, hearingMs: number): void {
    const { leaseClock, leases, hearing, seenAt, silence, log } = this.p;
    const terms = leaseClock
      .due(hearingMs)
      .slice(0, MOST_TERMS)
      .flatMap(({ group, term, heartbeatMs }) => {
        const lease = leases.get(group);
        if (lease?.term !== term || lease.expiredRevision !== null || !hearing.mayGiveUp(nowMs, heartbeatMs)) return [];
        leaseClock.announced(group, hearingMs);
        const silentMs = silence.silenceOf(group, lease.runner, nowMs, hearingMs)?.silentMs ?? 0;
        const lastSeenAt = seenAt.get(`${group}/${lease.runner}`) ?? null;
        return [{ group, term, after: String(leases.nothingAfter(lease)), lastSeenAt, silentMs, leaseMs: lease.maxLeaseMs }];
      });
    if (terms.length === 0) return;
    void log.leaseExpired(terms).catch((error: Error) => this.p.problem(`an expired lease could not be recorded, trying again: ${error.message}`));
  }

  /** L5, level-triggered: the term is over in the log; every server says so until the group knows it. */
  leaseIsOver(group: Id, term: number): void {
    const { clock, hearing, silence, seenAt, leases } = this.p;
    const nowMs = clock.monotonicMs();
    const runner = leases.get(group)!.runner;
    this.triedMs.set(group, nowMs + (Math.random() * RETRY_MS) / 4);
    const about = silence.silenceOf(group, runner, nowMs, hearing.hearingMs(nowMs));
    this.send(group, {
      type: 'ReportLeaseExpired',
      term,
      lastSeenAt: seenAt.get(`${group}/${runner}`) ?? null,
      silentMs: about?.silentMs ?? 0,
      leaseMs: about?.limitMs ?? leases.get(group)!.maxLeaseMs,
      deafMs: about?.deafMs ?? 0,
    });
  }

  private reportSilence(about: Silence, nowMs: number): void {
    const { group, runner, incarnation, silentMs, deafMs, limitMs } = about;
    const state = this.p.groups.get(group);
    const leads = state !== undefined && holds(state, runner, incarnation);
    this.p.silence.reported(about, nowMs);
    if (leads && state.settings.failover === 'lease') return; // only L4 ends its term
    this.send(group, {
      type: 'ReportSilence',
      runner,
      incarnation,
      term: leads ? state.leadership!.term : null,
      evidence: 'silence',
      lastSeenAt: this.p.seenAt.get(`${group}/${runner}`) ?? null,
      silentMs,
      deafMs,
      leaseMs: limitMs,
    });
  }

  /** Judged after 250 ms sharp, or by the tick that comes first after them. */
  connectionLost(loss: Loss): void {
    this.losses.push(loss);
    setTimeout(() => {
      try {
        this.judgeLosses(this.p.clock.monotonicMs());
      } catch (error) {
        this.p.defect(error);
      }
    }, LOSS_CONFIRM_MS).unref();
  }

  /** Only what was heard counts: a record of ours, written after the 250 ms, must have come back first (L6, L10). */
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
    const { groups, clock, hearing, silence, seenAt } = this.p;
    const state = groups.get(group);
    const nowMs = clock.monotonicMs();
    const about = silence.silenceOf(group, runner, nowMs, hearing.hearingMs(nowMs));
    if (!state || about?.incarnation !== incarnation) return;
    const leads = holds(state, runner, incarnation);
    if (leads && state.settings.failover === 'lease') return;
    this.send(group, {
      type: 'ReportSilence',
      runner,
      incarnation,
      term: leads ? state.leadership!.term : null,
      evidence: 'connection-lost',
      lastSeenAt: seenAt.get(`${group}/${runner}`) ?? null,
      silentMs: about.silentMs,
      deafMs: about.deafMs,
      leaseMs: about.limitMs,
    });
  }

  private send(group: Id, command: ElectionCommand): void {
    this.p
      .send(group, command, 'system:presence')
      .catch((error: Error) => this.p.problem(`${command.type} for group "${group}" failed, trying again: ${error.message}`));
  }

  private retain(nowMs: number): void {
    this.retainedMs = nowMs;
    void this.p.log.expire().catch((error: Error) => this.p.problem(`old records of the presence log cannot be let go: ${error.message}`));
  }
}

const holds = ({ leadership }: GroupState, runner: Id, incarnation: string): boolean =>
  leadership?.runner === runner && leadership.incarnation === incarnation;
