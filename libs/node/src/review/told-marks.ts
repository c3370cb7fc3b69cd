import { streamOf, type Groups, type GroupState, type Id } from '@conclave/election';
import { hashOf, type EventStore } from '@conclave/event-store';
import { isSettledIn } from '../log/differences.js';
import type { Mark } from '../log/marks.js';
import type { Disputes } from './disputes.js';

export interface ToldParts {
  disputes: Pick<Disputes, 'told' | 'heard'>;
  groups: Pick<Groups, 'get' | 'problemOf'>;
  store: Pick<EventStore, 'read'>;
}

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

  /** Looks up the others. Rejects with a StoreError. Returns the groups in which the log has less, or something else. */
  async look(): Promise<Id[]> {
    if (this.areSettled) return [];
    const lost: Id[] = [];
    for (const [group, mark] of this.p.disputes.told) {
      if (this.settled.get(group) === mark) continue;
      if (await this.isIn(group, this.p.groups.get(group), mark)) this.settled.set(group, mark);
      else if (!isSettledIn(this.p.groups, group, mark)) lost.push(group);
    }
    return lost;
  }

  private async isIn(group: Id, state: GroupState | undefined, mark: Mark): Promise<boolean> {
    if (!state || state.version < mark.version || state.term < mark.term) return false;
    if (mark.hash === null) return true; // only a certificate told of the term
    if (this.forked.get(group) === mark) return false;
    for await (const event of this.p.store.read(streamOf(group), mark.version)) {
      if (event.version !== mark.version || hashOf(event) === mark.hash) break; // or it is sealed and gone
      this.forked.set(group, mark);
      return false;
    }
    return true;
  }
}
