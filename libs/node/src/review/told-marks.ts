import { sealedTo, streamOf, type Groups, type Id } from '@conclave/election';
import { hashOf, type EventStore, type StoreError } from '@conclave/event-store';
import { isSettledIn } from '../log/differences.js';
import type { Mark } from '../log/marks.js';
import type { ToldByOthers } from '../log/told-by-others.js';
import type { Disputes } from './disputes.js';

export interface ToldParts {
  disputes: Pick<Disputes, 'told' | 'heard'>;
  known: { readonly others: Pick<ToldByOthers, 'forget'> };
  groups: Pick<Groups, 'get' | 'problemOf'>;
  store: Pick<EventStore, 'read'>;
}

/** Looked up together: of thousands that differ nobody waits for one after the other. */
const AT_ONCE = 16;

/**
 * What other servers say in the log that they knew of it, held against what it has: also while this server works (G1, G2). That
 * there is as much says nothing, it may be something else.
 */
export class ToldMarks {
  /** What the log has, or somebody has accepted. */
  private readonly settled = new Map<Id, Mark>();
  /** Of these it has another event at that version. */
  private readonly forked = new Map<Id, Mark>();
  private settledUpTo = 0;

  constructor(private readonly p: ToldParts) {}

  /** True if nothing is to be looked up, or told to anybody. */
  get areSettled(): boolean {
    const { disputes, groups } = this.p;
    if (this.settledUpTo === disputes.heard) return true;
    for (const [group, mark] of disputes.told) {
      if (this.settled.get(group) === mark) continue;
      if (!isSettledIn(groups, group, mark)) return false;
      this.settled.set(group, mark);
    }
    this.settledUpTo = disputes.heard;
    return true;
  }

  /**
   * Looks up the others; returns groups in which the log has less, or something else: all, and rejects with a StoreError if one
   * cannot be looked up; or some as soon as there is one, those first that need no look, and rejects if there is none.
   */
  async look(wanted: 'all' | 'some' = 'all'): Promise<Id[]> {
    if (this.areSettled) return [];
    const open = [...this.p.disputes.told].filter(([group, mark]) => this.settled.get(group) !== mark);
    const { true: short = [], false: others = [] } = Object.groupBy(open, ([group, mark]) =>
      String(this.isShort(group, mark)),
    );
    const lost: Id[] = [];
    let failure: Error | null = null;
    for (let at = 0, all = [...short, ...others]; at < all.length; at += AT_ONCE) {
      const some = all.slice(at, at + AT_ONCE);
      const looked = await Promise.allSettled(some.map(async ([group, mark]) => this.isLost(group, mark)));
      looked.forEach((one, n) => {
        if (one.status === 'rejected') failure ??= one.reason as Error;
        else if (one.value) lost.push(some[n]![0]);
      });
      if (lost.length > 0 && wanted === 'some') break;
    }
    if (failure && (wanted === 'all' || lost.length === 0)) throw failure;
    return lost;
  }

  /** True if nothing was said besides that is not settled. */
  areSettledBut(lost: ReadonlySet<Id>): boolean {
    const { disputes, groups } = this.p;
    return [...disputes.told].every(
      ([group, mark]) =>
        this.settled.get(group) === mark || lost.has(group) || isSettledIn(groups, group, mark),
    );
  }

  private async isLost(group: Id, mark: Mark): Promise<boolean> {
    if (!(await this.isIn(group, mark))) return !isSettledIn(this.p.groups, group, mark);
    this.settled.set(group, mark);
    return false;
  }

  /** The log ends before it, or begins behind it. */
  private isShort(group: Id, mark: Mark): boolean {
    const state = this.p.groups.get(group);
    return !state || state.version < mark.version || state.term < mark.term;
  }

  /** What is sealed was compared when it was; a stream that somebody deleted by hand takes no term any more. */
  private async isIn(group: Id, mark: Mark): Promise<boolean> {
    const { store, groups, known } = this.p;
    const state = groups.get(group);
    const isShort = this.isShort(group, mark);
    if (!isShort && (mark.hash === null || mark.version <= sealedTo(state!))) return true; // null: only a certificate told of it
    if (this.forked.get(group) === mark) return false;
    try {
      for await (const event of store.read(streamOf(group), isShort ? (state?.version ?? 1) : mark.version)) {
        if (isShort || event.version !== mark.version) break;
        if (hashOf(event) === mark.hash) return true;
        this.forked.set(group, mark);
        return false;
      }
    } catch (error) {
      if ((error as StoreError).code !== 'stream-deleted') throw error;
      known.others.forget(group);
      return true;
    }
    return false;
  }
}
