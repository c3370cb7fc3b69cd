import type { LogReply } from '@conclave/contract';
import type { GroupRepository } from '@conclave/coordination';
import type { Groups, Id } from '@conclave/election';
import { lookForMoved, type Anchor, type EventStore, type Tail } from '@conclave/event-store';
import { randomUuid, type Clock } from '@conclave/kernel';
import { dropIfMoved, keepAcceptance } from './acceptance.js';
import { carryOut } from './carry-out.js';
import type { Disputes } from './disputes.js';
import { Stopped } from './stopped.js';
import { ToldMarks } from './told-marks.js';
import { isForUs } from './whose-log.js';
import type { PublishedKeys } from '../keys/published-keys.js';
import { differing, whyAnother } from '../log/differences.js';
import type { KnownLog } from '../log/known-log.js';
import type { Logger } from '../reporting/logger.js';
import type { Acceptance } from '../log/marks.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import type { Snapshots } from '../snapshots/snapshots.js';

const AGAIN_MS = 200;

export interface LogReviewParts {
  known: KnownLog;
  groups: Groups;
  store: EventStore;
  tail: () => Tail;
  repository: GroupRepository;
  records: { disputes: Pick<Disputes, 'tell' | 'told' | 'heard'> };
  keys: Pick<PublishedKeys, 'keyOf' | 'isEmpty' | 'remember'>;
  clock: Clock;
  maxDrift: number;
  isLasting: (stream: string) => boolean;
  clocks: { readonly areKnown: boolean };
  /** The digest that the environment accepts, if it does. */
  acceptDigest: string | undefined;
  logger: Logger;
  /** The log is another one: whoever runs this server starts it anew. */
  onLost: (why: string) => void;
}

/**
 * Stands between the end of history and acting on it: a log that is not the one that was known is acted on only when an
 * operator has accepted it, and no lease can be out any more that was granted in what is lost (G1, G2).
 */
export class LogReview {
  /** The anchors were looked for. */
  isChecked = false;
  failure: Error | null = null; // why they could not be
  private heldSinceMs: number | null = null;
  private announced: string | null = null;
  private isRunning = false;
  private triedMs = -Infinity;
  private isLeft = false;
  readonly told: ToldMarks;
  private readonly stopped: Stopped;

  constructor(private readonly p: LogReviewParts) {
    this.stopped = new Stopped(p.logger, p.clock);
    this.told = new ToldMarks({ ...p, disputes: p.records.disputes });
  }

  /** Looks for the anchors. False if the store cannot be asked now; it is before anything is acted on. */
  async check(more: readonly Anchor[] = []): Promise<boolean> {
    const { known, store, isLasting, keys, logger } = this.p;
    try {
      await known.recall(store);
      const anchors = [...known.kept.anchors, ...more];
      if (!known.isBroken) known.checked(await lookForMoved(store, anchors, isLasting));
      [this.isChecked, this.failure] = [true, null];
    } catch (error) {
      this.failure = error as Error;
      logger.debug(`the log could not be compared with what was known: ${this.failure.message}`);
    }
    keys.remember(known.kept); // also what was found only now, under another name of the store
    return this.isChecked;
  }

  /** The snapshot to begin from, its folds restored, if there is one of this very log; unless {@link isChecked} the tail looks. */
  async snapshotOf(snapshots: Snapshots): Promise<Snapshot | null> {
    const { known } = this.p;
    known.load();
    const snapshot = snapshots.read((heads) => known.remember(heads));
    await this.check(snapshot?.anchors);
    if (!snapshot || known.isBroken) return null;
    snapshots.restore(snapshot);
    return snapshot;
  }

  /** The log was seen to be another one than this server knew: what it shows and would decide is wrong. */
  leave(why: string): void {
    try {
      this.p.known.break(why);
      this.p.onLost(why);
    } catch (error) {
      this.p.logger.fatal(
        `stopped for good: ${why}; and what was known cannot be kept: ${(error as Error).message}`,
      );
    }
  }

  /** History is read. */
  mayGoLive(): boolean {
    return this.isChecked && this.p.clocks.areKnown && this.told.areSettled && this.p.known.isSame();
  }

  /** Call a few times a second while the tail is held, or what others told is not settled. */
  tick(): void {
    const { clock, logger, tail } = this.p;
    const nowMs = clock.monotonicMs();
    if (this.isRunning || nowMs - this.triedMs < AGAIN_MS) return;
    [this.triedMs, this.isRunning] = [nowMs, true];
    void (tail().isCaughtUp ? this.hear() : this.consider())
      .catch(({ message }: Error) => logger.warn(`the log cannot be looked at, trying again: ${message}`))
      .finally(() => (this.isRunning = false));
  }

  /** Another server says, while this one works, that it knew more: nothing is acted on before somebody has looked. */
  private async hear(): Promise<void> {
    const [group] = await this.told.look('some');
    if (group === undefined || this.isLeft) return;
    this.isLeft = true;
    this.p.onLost(`another server knew more of this log, of group "${group}" first of all`);
  }

  private async consider(): Promise<void> {
    const { known, clock, clocks, tail } = this.p;
    if (!tail().isHeld) return;
    if ((!this.isChecked && !(await this.check())) || !clocks.areKnown) return;
    known.forkedElsewhere = new Set(await this.told.look());
    if (this.mayGoLive()) return tail().goLive();
    if (!this.told.areSettledBut(known.forkedElsewhere)) return; // more was said meanwhile: that is looked up first
    this.heldSinceMs ??= clock.monotonicMs();
    if (this.announced === null) await dropIfMoved(this.p);
    await this.announce();
    if (!known.kept.accepted || this.waitMs() > 0) return;
    await carryOut(known.kept.accepted, this.p);
    // A runner may have proved one term more meanwhile: then the next turn carries out the rest.
    if (this.waitMs() === 0 && known.isAllAccepted() && this.told.areSettled) tail().goLive();
  }

  private async announce(): Promise<void> {
    const { known, groups, logger, acceptDigest, records, keys } = this.p;
    const differences = known.differences();
    const digest = known.digest(differences);
    if (digest === this.announced) return;
    const why = known.why(differences);
    const isOurs = isForUs(known.kept, keys, groups);
    if (isOurs) await records.disputes.tell(differing(known.kept.groups, groups, known.forked)); // others tell theirs
    this.announced = digest;
    if (known.kept.accepted) return;
    if (acceptDigest === digest) {
      const reason = `CONCLAVE_ACCEPT_LOG=${digest}`;
      const acceptance = { by: 'operator:environment', reason, correlationId: randomUuid() };
      keepAcceptance(known, acceptance, this.p.tail().anchors);
      logger.error(
        `${why}. It is accepted by CONCLAVE_ACCEPT_LOG; nothing is granted before leases that may be out are over`,
      );
      return;
    }
    this.stopped.tell(why, digest, differences, isOurs);
  }

  /** Throws StoreFull or StoreUnavailable if it cannot be kept; nothing is accepted then. */
  accept(acceptance: Acceptance): void {
    keepAcceptance(this.p.known, acceptance, this.p.tail().anchors);
    this.p.logger.error(`the log was accepted as it is by ${acceptance.by}: ${acceptance.reason}`);
  }

  /** A runner has proved a lease that nobody here knew of: it counts from now. */
  prolong(): void {
    if (this.heldSinceMs !== null) this.heldSinceMs = this.p.clock.monotonicMs();
  }

  /** Until no lease can be out that somebody has by what is lost, whatever the rate of this clock. */
  private waitMs(): number {
    const { known, groups, clock, maxDrift } = this.p;
    const settings = [...groups.all()].map(({ state }) => state.settings);
    const all = [...settings, ...known.all.values()];
    const longestMs = all.reduce((most, { leaseMs }) => Math.max(most, leaseMs), 0) * (1 + maxDrift);
    const nowMs = clock.monotonicMs();
    return Math.max(0, Math.ceil((this.heldSinceMs ?? nowMs) + longestMs - nowMs));
  }

  /** `isShown`: of which groups it may be told. */
  report(isShown?: (group: Id) => boolean): LogReply {
    const { known } = this.p;
    const { isHeld } = this.p.tail();
    const groups = isHeld ? known.differences() : []; // what is half read lacks more than is lost
    const why = known.why(groups);
    const { accepted } = known.kept;
    if (why === null) return { state: 'known', why: null, digest: null, groups: [], accepted: null };
    if (isShown) {
      const shown = groups.filter(({ group }) => isShown(group));
      return { state: 'replaced', why: whyAnother(null, shown), digest: null, groups: shown, accepted: null };
    }
    const waiting = accepted && { by: accepted.by, reason: accepted.reason, waitMs: this.waitMs() };
    const digest = isHeld ? known.digest(groups) : null;
    return { state: 'replaced', why, digest, groups, accepted: waiting };
  }
}
