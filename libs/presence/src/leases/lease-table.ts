import type { GroupState, Groups, Id, Leadership, RecordedEvent } from '@conclave/election';
import type { RecordedBeat } from '../records/names.js';
import type { DataOf } from '../records/records.js';

/** What the log says about the lease of a running term, at one position of the total order. It is replaced, never changed. */
export interface TermLease {
  readonly group: Id;
  readonly term: number;
  readonly runner: Id;
  readonly incarnation: string;
  /** Revision of `P` of the last valid beat; 0 before the first. */
  readonly lastValidRevision: number;
  /**
   * Largest leaseMs in force at any time in this term: a shortened lease must not cut a grant given before
   * (G2).
   */
  readonly maxLeaseMs: number;
  /** Perhaps it is over: nothing is granted here (any more). What that rests on (L7). */
  readonly isDoubtful?: 'gap' | 'expiry' | undefined;
  /** Revision of the effective LeaseExpired, null while the lease may live. */
  readonly expiredRevision: number | null;
}

type Held = Pick<Leadership, 'term' | 'runner' | 'incarnation'>;

/**
 * Outcome of one beat at its position. `renewedMs`: what its lease is renewed by, 0 unless it was valid; `grantMs`: what
 * this server grants for it, 0 also where it cannot be sure. Another server may be, so deadlines follow `renewedMs` (G2).
 */
export interface BeatOutcome {
  beat: RecordedBeat;
  renewedMs: number;
  grantMs: number;
}

/**
 * How far a runner's sequence may run ahead of what it saw answered: replies that never arrive must not
 * renew.
 */
const UNANSWERED_MOST = 6;

/**
 * Pure fold of the one total order of `P` and the groups' streams (L1, L4). Every server folds the same
 * records in the same order, so all of them agree which beats renewed and which LeaseExpired is effective. It
 * knows no time.
 */
export class LeaseTable {
  private readonly leases = new Map<Id, TermLease>();
  /** Those whose term is to be ended: few of many. */
  private readonly over = new Set<TermLease>();
  /**
   * Up to this revision of `P` there may be valid beats that this fold has not seen: expired, or without
   * their names.
   */
  private unseen = 0;

  constructor(private readonly groups: Groups) {}

  get(group: Id): TermLease | undefined {
    return this.leases.get(group);
  }

  all(): IterableIterator<TermLease> {
    return this.leases.values();
  }

  /** Whose expiry is in the log, and the end of whose term is not yet. */
  get expired(): ReadonlySet<TermLease> {
    return this.over;
  }

  private put(lease: TermLease): void {
    this.forget(lease.group);
    this.leases.set(lease.group, lease);
    if (lease.expiredRevision !== null) this.over.add(lease);
  }

  private change(lease: TermLease, by: Partial<TermLease>): TermLease {
    const changed = { ...lease, ...by };
    this.leases.set(lease.group, changed);
    this.over.delete(lease);
    if (changed.expiredRevision !== null) this.over.add(changed);
    return changed;
  }

  groupChanged(event: RecordedEvent, after: GroupState): void {
    const { group } = event;
    switch (event.type) {
      case 'LeaderElected':
        this.begin(group, event.data, after.settings.leaseMs);
        break;
      case 'LeadershipEnded':
        this.forget(group);
        break;
      case 'GroupConfigured': {
        const lease = this.leases.get(group);
        if (lease) this.change(lease, { maxLeaseMs: Math.max(lease.maxLeaseMs, after.settings.leaseMs) });
        break;
      }
    }
  }

  /** A term that runs where the group is read from. `maxLeaseMs`: the largest that was in force in it. */
  begin(group: Id, { term, runner, incarnation }: Held, maxLeaseMs: number): void {
    const unread = { lastValidRevision: 0, expiredRevision: null };
    this.put({ group, term, runner, incarnation, maxLeaseMs, ...unread });
  }

  /** Nothing of it is granted any more. */
  forget(group: Id): void {
    const lease = this.leases.get(group);
    if (lease) this.over.delete(lease);
    this.leases.delete(group);
  }

  /** Everything folded so far; plain data, for a snapshot. */
  saved(): { leases: TermLease[]; unseen: number } {
    return { leases: [...this.leases.values()], unseen: this.unseen };
  }

  restore({ leases, unseen }: ReturnType<LeaseTable['saved']>): void {
    this.unseen = unseen;
    for (const lease of leases) this.put(lease);
  }

  /** What `P` holds up to this revision was not seen, or not everybody in it is known by name. */
  doubt(revision: number): void {
    this.unseen = revision;
  }

  /** What `P` held up to this revision is gone; that a lease is over may have been in it. */
  miss(revision: number): void {
    this.doubt(revision);
    for (const lease of this.leases.values())
      if (!lease.isDoubtful) this.change(lease, { isDoubtful: 'gap' });
  }

  /** Whoever knew more than this server had the time to act on it. */
  trust(): void {
    for (const lease of this.leases.values())
      if (lease.isDoubtful === 'gap') this.change(lease, { isDoubtful: undefined });
  }

  /** Up to this revision of `P` no valid beat of this term came after, as far as this fold can say. */
  nothingAfter({ lastValidRevision }: TermLease): number {
    return Math.max(lastValidRevision, this.unseen);
  }

  beatsObserved(revision: number, beats: readonly RecordedBeat[]): BeatOutcome[] {
    return beats.map((beat) => {
      if (beat.term === null) return { beat, renewedMs: 0, grantMs: 0 };
      const state = this.groups.get(beat.group);
      const renewedMs = state ? this.grantOf(beat, state) : 0;
      const lease = this.leases.get(beat.group);
      if (renewedMs > 0) this.change(lease!, { lastValidRevision: revision });
      return { beat, renewedMs, grantMs: lease?.isDoubtful ? 0 : renewedMs };
    });
  }

  /**
   * The rule of a valid beat, L1, at this position. Nothing in it rests on earlier records of `P`: those may have
   * expired (L7), and whoever has still read them must come to the same.
   */
  private grantOf(beat: RecordedBeat, state: GroupState): number {
    const lease = this.leases.get(beat.group);
    const isHolder =
      lease &&
      lease.term === beat.term &&
      lease.runner === beat.runner &&
      lease.incarnation === beat.incarnation;
    if (!isHolder || lease.expiredRevision !== null) return 0;
    const isAnswered = beat.sequence - beat.acked <= UNANSWERED_MOST;
    const mayHold = state.leadership!.handover === null || beat.draining === true;
    return isAnswered && mayHold ? state.settings.leaseMs : 0;
  }

  /**
   * L4: effective if and only if no valid beat lies between `after` and this record; otherwise void. So no
   * renewal can hide between "I saw none" and "it is over". Returns the leases that are over.
   */
  leaseExpired(revision: number, { terms }: DataOf<'LeaseExpired'>): TermLease[] {
    const over: TermLease[] = [];
    for (const { group, term, after } of terms) {
      const lease = this.leases.get(group);
      if (!lease || lease.term !== term || lease.expiredRevision !== null) continue;
      if (lease.lastValidRevision > Number(after)) continue;
      if (Number(after) < this.unseen) {
        // whether a valid beat lies between, only those know who have read it: they will end the term, or not
        this.change(lease, { isDoubtful: 'expiry' });
        continue;
      }
      over.push(this.change(lease, { expiredRevision: revision }));
    }
    return over;
  }
}
