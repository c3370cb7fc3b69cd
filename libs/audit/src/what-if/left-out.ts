import type { Append, ElectionCommand, Id } from '@conclave/election';
import { factOf, processIn, separate, silenceIn, type Fact } from './hindsight/facts.js';
import { isUntaken } from './hindsight/hindsight.js';

/** What is taken not to have happened. */
export interface Omissions {
  /** Orders of people: versions of what they recorded, any event of it. */
  without?: readonly number[] | undefined;
  /** Runners that are taken to have been heard at all times. */
  alive?: readonly Id[] | undefined;
}

/** What runners do and what follows by itself: nobody ordered it. */
const NOT_ORDERED: ReadonlySet<ElectionCommand['type']> = new Set([
  'RegisterRunner',
  'ActivateRunner',
  'ReportSilence',
  'ReportLeaseExpired',
  'ReleaseLeadership',
  'ResignLeadership',
  'Reconcile',
]);

/** Takes out of a record what a question leaves out. Remembers which of the orders it has met. */
export class LeftOut {
  private readonly sought: Set<number>;
  private readonly alive: ReadonlySet<Id>;
  private readonly unseen: Set<Id>;

  constructor({ without = [], alive = [] }: Omissions) {
    this.sought = new Set(without);
    this.alive = new Set(alive);
    this.unseen = new Set(alive);
  }

  /** Of each append, also from before the question begins: one that has left the group since was there. */
  meet({ events }: Append): void {
    for (const { type, data } of events) if (type === 'RunnerRegistered') this.unseen.delete(data.runner);
  }

  /** Runners that were never in the group, so far. */
  get strangers(): Id[] {
    return [...this.unseen];
  }

  /** Versions that were not those of an order, so far. */
  get unmet(): number[] {
    return [...this.sought].sort((a, b) => a - b);
  }

  /** What an append is to the other world, and whether that is less than it was. */
  factsOf(append: Append): { facts: Fact[]; isLess: boolean } {
    const fact = factOf(append);
    if (this.isOrderLeftOut(fact, append)) return { facts: [voided(fact)], isLess: true };
    const each = separate(fact);
    const facts = each.map((one) => (this.isSilenceLeftOut(one) ? voided(one) : one));
    const isLess = facts.some((one) => one.isVoid);
    return { facts: isLess ? facts : [fact], isLess };
  }

  private isOrderLeftOut({ command }: Fact, { events }: Append): boolean {
    if (this.sought.size === 0 || NOT_ORDERED.has(command.type)) return false;
    const met = events.filter(({ version }) => this.sought.has(version));
    for (const { version } of met) this.sought.delete(version);
    return met.length > 0;
  }

  /** Also a term that was won while silent, and never taken up. */
  private isSilenceLeftOut(fact: Fact): boolean {
    if (this.alive.size === 0) return false;
    const about = processIn(fact);
    if (!about || !this.alive.has(about.runner)) return false;
    return silenceIn(fact) !== null || isUntaken(fact);
  }
}

/** It changes nothing here; who led in the record before and after it is as it was. */
const voided = (fact: Fact): Fact => ({
  ...fact,
  command: { type: 'Reconcile', cause: 'reconciled' },
  isVoid: true,
});
