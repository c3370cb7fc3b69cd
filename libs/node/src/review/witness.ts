import type { GroupRepository } from '@conclave/coordination';
import type { Groups, Id } from '@conclave/election';
import { foundTwice, type EventStore, type Tail } from '@conclave/event-store';
import type { Clock } from '@conclave/kernel';
import type { Certificates } from '../keys/certificates.js';
import { LONGEST_LEASE_MS } from '../log/marks.js';
import type { KnownLog } from '../log/known-log.js';
import type { LogReview } from './review.js';
import type { PublishedKeys } from '../keys/published-keys.js';

export interface WitnessParts {
  certificates: Certificates;
  keys: PublishedKeys;
  groups: Groups;
  repository: GroupRepository;
  known: KnownLog;
  clock: Clock;
  store: Pick<EventStore, 'staleMs'>;
  tail: () => Tail;
  review: LogReview;
  /** The log is another one. */
  onLost: (why: string) => void;
}

/**
 * Hears runners about terms that the log does not know: their certificates prove that a part of it is lost
 * (G1). So does what this server itself has written and not yet read back.
 */
export class Witness {
  constructor(private readonly p: WitnessParts) {
    const { known, repository, review } = p;
    repository.heads.onLost = (head, why) => {
      known.remember([head]);
      review.leave(why);
    };
  }

  /**
   * True if it proves something: this server stops then. False for what is old, not ours, or of another
   * group.
   */
  async testify(group: Id, certificate: string): Promise<boolean> {
    const { certificates, keys, groups, repository, known, clock, store, tail, review, onLost } = this.p;
    const claim = await certificates.provenBy(certificate, keys.known);
    if (!claim || claim.group !== group || claim.term <= (groups.get(group)?.term ?? 0)) return false;
    if (!(await foundTwice(store, async () => ((await this.isNews(claim)) ? claim : null)))) return false;
    const { state } = await repository.refresh(group);
    const { isHeld } = tail(); // after the last wait: it may have gone live meanwhile
    const outMs = Math.min(Date.parse(claim.notAfter) - clock.wallMs(), LONGEST_LEASE_MS);
    const why = `runner "${claim.runner}" showed a certificate of term ${claim.term} of group "${group}", and the log ends with term ${state.term}`;
    const proven = { group, term: claim.term, leaseMs: Math.max(state.settings.leaseMs, outMs) };
    try {
      known.prove(proven, why);
    } catch (error) {
      // it stops all the same
      tail().failure ??= new Error(`${why}; and what is known cannot be kept: ${(error as Error).message}`);
      return true;
    }
    if (isHeld)
      review.prolong(); // stopped already, it knows one term more
    else onLost(why);
    return true;
  }

  /** Neither the log nor what is known has it. Another server may have elected it a moment ago. */
  private async isNews({ group, term }: { group: Id; term: number }): Promise<boolean> {
    const { repository, known, tail } = this.p;
    const { state } = await repository.refresh(group);
    return term > Math.max(state.term, tail().isHeld ? termOf(known, group) : 0);
  }
}

/** The highest of a group that anybody knew. */
const termOf = ({ kept, others }: KnownLog, group: Id): number =>
  Math.max(kept.groups.get(group)?.term ?? 0, others.termOf(group));
