import { MarksAt, whyNotExtended, type CheckpointStatement } from '@conclave/audit';
import type { StoredEvent } from '@conclave/event-store';
import type { Missing } from '../histories/merged.js';
import { BrokenChain, Chains } from './chains.js';

/** Holds a log, while it is read, against what was signed of its beginnings. */
export class Beginnings {
  private readonly marks = new MarksAt();
  private readonly chains: Chains;
  private readonly due: CheckpointStatement[];
  /** What does not fit; null: nothing, so far. */
  problem: string | null = null;

  constructor(statements: readonly CheckpointStatement[], missing: Missing) {
    this.due = [...statements].sort((a, b) => a.events - b.events);
    this.chains = new Chains(missing);
    for (const { state, upTo, head } of missing.values()) this.marks.begin(state.id, upTo, head);
  }

  take(event: StoredEvent): void {
    this.judge(this.marks.events);
    if (this.problem !== null) return;
    try {
      const mark = this.chains.take(event);
      if (mark) this.marks.take(mark.group, mark.version, mark.head);
    } catch (error) {
      if (!(error instanceof BrokenChain)) throw error;
      this.problem = error.message;
    }
  }

  /** The log is at its end. */
  finish(): string | null {
    this.judge(Infinity);
    return this.problem;
  }

  private judge(events: number): void {
    while (this.problem === null && this.due.length > 0 && this.due[0]!.events <= events)
      this.problem = whyNotExtended(this.due.shift()!, this.marks);
  }
}
