import { fewAtOnce, type Send } from '@conclave/coordination';
import {
  heldBy,
  MOST_IN_A_COMMAND,
  processKey,
  type Evidence,
  type Groups,
  type GroupState,
  type Id,
  type Missed,
  type ProcessId,
} from '@conclave/election';
import { giveWay, Seldom } from '@conclave/kernel';
import type { Hearing, Moment } from './hearing/hearing.js';
import type { Silence } from './hearing/silence-detector.js';
import type { LeaseClock } from './leases/lease-clock.js';
import type { LeaseTable, TermLease } from './leases/lease-table.js';
import type { LifeSigns } from './life-signs.js';
import type { HeardRecords, Range, Report } from './records/heard-records.js';
import type { LastBeats } from './records/last-beats.js';
import type { PresenceLog } from './records/presence-log.js';

type Holder = ProcessId & { term: number | null };
/** What is said, and of whom first. */
interface Draft {
  about: Holder;
  command: Report;
}
export interface ReportsParts {
  groups: Groups;
  leases: LeaseTable;
  leaseClock: LeaseClock;
  hearing: Hearing;
  lifeSigns: LifeSigns;
  heard: HeardRecords;
  lastBeats: LastBeats;
  log: PresenceLog;
  now: () => Moment;
  send: Send;
  problem: (message: string) => void;
}

/** Tells groups who is given up, and what that rests on. What is said is what is true when it is sent. */
export class Reports {
  /** Groups about which a report is under way: one is decided before the next is made. */
  private readonly underWay = { ending: new Set<Id>(), fenced: new Set<Id>(), silent: new Set<Id>() };
  private readonly few = { ending: fewAtOnce(), fenced: fewAtOnce(), silent: fewAtOnce() };
  private readonly failing: Seldom;

  constructor(private readonly p: ReportsParts) {
    this.failing = new Seldom(p.problem);
  }

  areUnderWay(group: Id): boolean {
    const { ending, fenced, silent } = this.underWay;
    return ending.has(group) || fenced.has(group) || silent.has(group);
  }

  /** The log says that the term's lease is over (L5). */
  expired(group: Id, term: number): void {
    const kind = this.p.groups.get(group)?.settings.failover === 'fenced' ? 'fenced' : 'ending';
    if (this.underWay[kind].has(group)) return;
    const { lastValidRevision: from, expiredRevision: to, runner, incarnation } = this.p.leases.get(group)!;
    const about = { group, runner, incarnation, term };
    void this.send(kind, about, { from, to: to! }, () => this.expiry(about));
  }

  private expiry(about: Holder & { term: number }): Draft | null {
    const { lifeSigns, leases, groups } = this.p;
    const { group, runner, term } = about;
    const lease = leases.get(group);
    if (lease?.term !== term) return null; // another server said so
    const now = this.p.now();
    const silence = lifeSigns.silenceOf(group, runner, now);
    const state = groups.get(group);
    const also = state ? this.silentBeside(runner, state, now) : [];
    const lastSeenAt = lifeSigns.lastSeenAt(group, runner);
    const command = {
      type: 'ReportLeaseExpired' as const,
      term,
      lastSeenAt,
      silentMs: silence?.silentMs ?? 0,
      leaseMs: limitOf(lease, silence, state, lastSeenAt),
      deafMs: silence?.deafMs ?? 0,
      ...(also.length > 0 && { also }),
    };
    return { about, command };
  }

  /** Whoever is known to be dead, too, must not be elected next: each would cost another term (G5). */
  private silentBeside(leader: Id, { id: group, runners }: GroupState, now: Moment): Missed[] {
    const silent: Silence[] = [];
    for (const { id, status } of runners.values()) {
      const about = id === leader || status !== 'active' ? null : this.p.lifeSigns.silenceOf(group, id, now);
      if (about && about.silentMs >= about.limitMs && this.mayGiveUp(about, now)) silent.push(about);
    }
    return silent.slice(0, MOST_IN_A_COMMAND).map((about) => this.missed(about, 'silence'));
  }

  mayGiveUp({ heartbeatMs, silentMs, limitMs }: Silence, { nowMs }: Moment): boolean {
    return this.p.hearing.mayGiveUp(nowMs, heartbeatMs, silentMs - limitMs);
  }

  /** One command for all of them. */
  silent(group: Id, given: readonly Silence[], evidence: Evidence): void {
    const state = this.p.groups.get(group);
    const leader = state && given.find((about) => heldBy(state, about));
    // only L4 ends its term: as soon as the news of its election grants nothing any more, if it has no valid beat (L14)
    if (leader && state.settings.failover === 'lease' && evidence === 'silence')
      this.p.leaseClock.hasten(group, this.p.now().hearingMs);
    const first = this.silence(group, given, evidence);
    if (!first) return;
    const range = { from: this.p.lastBeats.silentFrom(first.about), to: this.p.log.revision };
    const kind = first.about.term === null ? 'silent' : 'fenced'; // of others only the end of the lease ends the term
    void this.send(kind, first.about, range, () => this.silence(group, this.stillSilent(given), evidence));
  }

  /** Who was heard meanwhile lives. */
  private stillSilent(given: readonly Silence[]): Silence[] {
    const now = this.p.now();
    return given.filter(({ group, runner, incarnation, sinceMs }) => {
      const silence = this.p.lifeSigns.silenceOf(group, runner, now);
      return silence?.incarnation === incarnation && silence.sinceMs === sinceMs;
    });
  }

  private silence(group: Id, given: readonly Silence[], evidence: Evidence): Draft | null {
    const state = this.p.groups.get(group);
    if (!state) return null;
    const leader = given.find((about) => heldBy(state, about));
    const isLeased = leader !== undefined && state.settings.failover === 'lease';
    const others = given.filter((about) => about !== leader);
    const about = isLeased || !leader ? others.pop() : leader;
    if (!about) return null;
    const also = others.map((one) => this.missed(one, evidence));
    const term = about === leader ? heldBy(state, about)!.term : null;
    const command = { type: 'ReportSilence' as const, ...this.missed(about, evidence), term };
    return { about: { ...about, term }, command: { ...command, ...(also.length > 0 && { also }) } };
  }

  private missed(silence: Silence, evidence: Evidence): Missed {
    const { group, runner, incarnation, silentMs, deafMs, limitMs } = silence;
    const lastSeenAt = this.p.lifeSigns.lastSeenAt(group, runner);
    return { runner, incarnation, evidence, lastSeenAt, silentMs, leaseMs: limitMs, deafMs };
  }

  /**
   * Reading what it rests on takes a moment: `draft` says what is true then, null if it is over. Where very many die at once
   * the others get their turn between two reports, beats every second one; where a successor may lead at once, it
   * does not wait for the rest, and leases that are over do not wait for silences.
   */
  private async send(
    kind: keyof Reports['few'],
    about: Holder,
    range: Range,
    draft: () => Draft | null,
  ): Promise<void> {
    const { group } = about;
    this.underWay[kind].add(group);
    try {
      await this.few[kind](async () => {
        const heard = await this.p.heard.behind(about, range);
        await giveWay(kind === 'silent' ? 'rest' : 'leases');
        const said = draft();
        if (!said) return;
        const isOfIt = heard && processKey(said.about) === processKey(about);
        await this.p.send(group, { ...said.command, ...(isOfIt && { heard }) }, 'system:presence');
      });
    } catch (error) {
      const what = `a report about group "${group}" failed, trying again: ${(error as Error).message}`;
      this.failing.tell(error, what, this.p.now().nowMs);
    } finally {
      this.underWay[kind].delete(group);
    }
  }
}

/**
 * Whoever was elected, and never heard in its term, is judged by the lease in force now: by a longer one, dictated at its last beat, it
 * would be elected again and again until that is over. If it lives, its next beat makes it active (L5). Where silences are counted
 * against it (damping) only when that is the second term that it lost so: it may have beaten as it was told to.
 */
function limitOf(
  lease: TermLease,
  silence: Silence | null,
  state: GroupState | undefined,
  lastSeenAt: string | null,
): number {
  const limitMs = silence?.limitMs ?? lease.maxLeaseMs;
  if (lease.lastValidRevision !== 0 || !state) return limitMs;
  const failedAt = state.runners.get(lease.runner)?.unsettledSince ?? null;
  const last = state.recentTerms.findLast(({ runner, term }) => runner === lease.runner && term < lease.term);
  const isRestarted = last !== undefined && last.incarnation !== lease.incarnation; // which says nothing of the new process
  const hasFailedSince = failedAt !== null && !isRestarted && (lastSeenAt === null || failedAt > lastSeenAt);
  return state.settings.damping && !hasFailedSince ? limitMs : Math.min(limitMs, state.settings.leaseMs);
}
