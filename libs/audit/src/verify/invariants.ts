import type { Id, RecordedEvent, SealedPast } from '@conclave/election';
import type { Report } from './rules.js';
import { Silences } from './silences.js';

interface Member {
  incarnation: string;
  status: 'pending' | 'active' | 'silent';
  barring: Set<Id>;
  cooldownUntil: string;
  isCooldownOwn: boolean;
}
interface Open {
  term: number;
  runner: Id;
  incarnation: string;
  isRevoked: boolean;
}

/**
 * The guarantees themselves, checked by a fold of its own: a defect of `decide` or `evolve` is no defect of
 * this one. Everything is taken from the events alone.
 */
export class Invariants {
  private readonly members = new Map<Id, Member>();
  private term = 0;
  private open: Open | null = null;
  private strictPin: Id | null = null;
  private isPaused = false;
  private isDeleted = false;
  private readonly silences: Silences;

  /** `past`: what stands in place of what was before. */
  constructor(
    private readonly report: Report,
    past: SealedPast | null = null,
  ) {
    this.silences = new Silences(report, past?.leases);
    if (past) this.begin(past.state);
  }

  private begin({ runners, term, leadership, pin, pause }: SealedPast['state']): void {
    for (const { id, incarnation, status, taints, cooldownUntil, isCooldownOwn } of runners) {
      const barring = taints.filter(({ effect }) => effect !== 'PreferNoLead').map(({ key }) => key);
      this.members.set(id, {
        incarnation,
        status,
        barring: new Set(barring),
        cooldownUntil: cooldownUntil ?? '',
        isCooldownOwn,
      });
    }
    this.term = term;
    if (leadership) {
      const { runner, incarnation, handover } = leadership;
      this.open = { term: leadership.term, runner, incarnation, isRevoked: handover !== null };
    }
    this.strictPin = pin?.mode === 'strict' ? pin.runner : null;
    this.isPaused = pause !== null;
  }

  take({ type, data, version, meta: { at, actor } }: RecordedEvent): void {
    if (this.isDeleted) this.report('deleted', version, type, 'nothing after GroupDeleted');
    switch (type) {
      case 'RunnerRegistered':
        if (data.seniority !== version) this.report('G3', version, data.seniority, version);
        this.members.set(data.runner, {
          incarnation: data.incarnation,
          status: data.ready ? 'active' : 'pending',
          barring: new Set(),
          cooldownUntil: '',
          isCooldownOwn: false,
        });
        return;
      case 'RunnerRestarted':
        this.change(data.runner, {
          incarnation: data.incarnation,
          status: data.ready ? 'active' : 'pending',
        });
        if (this.members.get(data.runner)?.isCooldownOwn) this.change(data.runner, { cooldownUntil: '' });
        return;
      case 'RunnerActivated':
        return this.change(data.runner, { status: 'active' });
      case 'HeartbeatMissed':
        this.silences.check(data, version, at);
        return this.change(data.runner, { status: 'silent' });
      case 'RunnerDeregistered':
        this.members.delete(data.runner);
        return;
      case 'RunnerTainted': {
        const barring = this.members.get(data.runner)?.barring;
        if (data.taint.effect === 'PreferNoLead') barring?.delete(data.taint.key);
        else barring?.add(data.taint.key);
        return;
      }
      case 'RunnerUntainted':
        this.members.get(data.runner)?.barring.delete(data.key);
        return;
      case 'LeaderPinned':
        this.strictPin = data.mode === 'strict' ? data.runner : null;
        return;
      case 'LeaderUnpinned':
        this.strictPin = null;
        return;
      case 'ElectionsPaused':
      case 'ElectionsResumed':
        this.isPaused = type === 'ElectionsPaused';
        return;
      case 'LeaderElected':
        this.elected(data, version, at);
        return;
      case 'LeadershipRevoked':
        if (this.open?.isRevoked)
          this.report('handover', version, `term ${data.term} revoked twice`, 'one revocation a term');
        this.isOpen(data, version);
        if (this.open) this.open.isRevoked = true;
        return;
      case 'LeadershipEnded':
        this.isOpen(data, version);
        this.open = null;
        if (data.cooldownUntil !== null)
          this.change(data.runner, {
            cooldownUntil: data.cooldownUntil,
            isCooldownOwn: actor === `runner:${data.runner}`,
          });
        return;
      case 'LogAccepted':
        this.term = Math.max(this.term, data.knownTerm);
        return;
      case 'GroupConfigured':
        this.silences.configured(data.settings.leaseMs);
        return;
      case 'GroupDeleted':
        this.deleted(version);
        return;
      case 'GroupLeaderless':
        if (this.open)
          this.report('G1', version, 'leaderless', `term ${this.open.term} of "${this.open.runner}" is open`);
        return;
    }
  }

  private change(runner: Id, patch: Partial<Member>): void {
    const member = this.members.get(runner);
    if (member) Object.assign(member, patch);
  }

  /** G1: only the open term can be revoked or ended, and only as its holder's. */
  private isOpen({ term, runner, incarnation }: Omit<Open, 'isRevoked'>, version: number): void {
    const { open } = this;
    if (open && open.term === term && open.runner === runner && open.incarnation === incarnation) return;
    this.report('G1', version, { term, runner, incarnation }, open);
  }

  private deleted(version: number): void {
    this.isDeleted = true;
    if (this.open) this.report('deleted', version, `"${this.open.runner}" leads`, 'nobody');
    for (const [runner, { status }] of this.members)
      if (status === 'active') this.report('deleted', version, `"${runner}" is active`, 'nobody');
  }

  private elected({ term, runner, incarnation }: Omit<Open, 'isRevoked'>, version: number, at: string): void {
    if (this.open) this.report('G1', version, `term ${term} opened`, `term ${this.open.term} ends first`);
    if (term !== this.term + 1) this.report('G1', version, term, this.term + 1);
    this.term = term;
    this.open = { term, runner, incarnation, isRevoked: false };
    const member = this.members.get(runner);
    if (!member || member.status !== 'active')
      this.report('G3', version, `"${runner}" is ${member?.status ?? 'not in the group'}`, 'active');
    if (member && member.incarnation !== incarnation)
      this.report('G3', version, incarnation, member.incarnation);
    if (member && member.barring.size > 0)
      this.report('taint', version, `"${runner}" has ${[...member.barring].join(', ')}`, 'no such taint');
    if (member && member.cooldownUntil > at)
      this.report('G3', version, at, `not before ${member.cooldownUntil}`);
    if (this.strictPin !== null && this.strictPin !== runner)
      this.report('pin', version, runner, this.strictPin);
    if (this.isPaused)
      this.report('pause', version, `"${runner}" elected`, 'nobody while elections are paused');
  }
}
