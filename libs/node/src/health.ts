import type { DropReason, Tail } from '@conclave/event-store';
import type { Id } from '@conclave/election';
import type { Presence } from '@conclave/presence';
import { whyAnother, type Difference } from './log/differences.js';
import type { Clocks } from './clocks/clocks.js';
import type { KnownLog } from './log/known-log.js';
import type { LogReview } from './review/review.js';

/**
 * A subscription that has brought nothing of ours for so long is given up for a new one: silence is not
 * health.
 */
const RESUBSCRIBE_MS = 5_000;
/**
 * Deaf for so long though something comes: what is written comes back late. Where its store is slow another one is told no sooner, and
 * who waits for an answer waits on meanwhile; but another node of it may be nearer.
 */
const SLOW_MS = 20_000;
/**
 * One that brings nothing either may have much of others' to pass: the next is given twice as long, up to this; less at the end of
 * the log, where news is late by as much if nobody has said that it broke.
 */
const [PATIENCE_MOST_MS, PATIENCE_AT_END_MS] = [600_000, 20_000];
/**
 * How old words about another log may be. To look at all groups for each request of very many runners would hold up whoever wants
 * to accept it.
 */
const WORDS_MS = 500;
const ACCEPTED = '. It was accepted: this server goes on when no lease can be out (conclave log says when)';
/** How long an outage lasted is worth a line, when it is over, from so long on. */
const TOLD_MS = 2_000;

/** Whether this server can be relied on now, and if not, why. */
export class Health {
  isDraining = false;
  /** What was known of the log is read, and the log compared with it, if the store could be asked. */
  hasBegun = false;
  /** Subscriptions that broke and were resumed, by reason. */
  readonly resumes = new Map<DropReason, number>();
  private resubscribedMs = -Infinity;
  private patienceMs = RESUBSCRIBE_MS;
  private other: { why: string | null; differences: readonly Difference[]; untilMs: number } | null = null;
  private nowMs = 0;
  /** How much had come when something last came, and when that was. */
  private taken = -1;
  private tookMs = 0;
  private deafMs = 0;

  constructor(
    private readonly tail: Tail,
    private readonly presence: Presence,
    private readonly known: KnownLog,
    private readonly clocks: Pick<Clocks, 'areKnown' | 'failure'>,
    private readonly review: Pick<LogReview, 'failure'>,
    private readonly tell: (message: string) => void,
  ) {}

  dropped(reason: DropReason): void {
    this.resumes.set(reason, (this.resumes.get(reason) ?? 0) + 1);
  }

  /** Call a few times a second. */
  tick(nowMs: number): void {
    const { tail } = this;
    if (this.other && nowMs >= this.other.untilMs) this.other = null;
    this.nowMs = nowMs;
    if (tail.taken !== this.taken)
      Object.assign(this, { taken: tail.taken, tookMs: nowMs, patienceMs: RESUBSCRIBE_MS });
    const deafMs = tail.isCaughtUp ? this.presence.deafForMs() : 0;
    if (deafMs === 0 && this.deafMs > TOLD_MS)
      this.tell(
        `this server hears from its store again: it did not for ${(this.deafMs / 1_000).toFixed(1)} s`,
      );
    this.deafMs = deafMs;
    // held, too, it waits for news: another server's acceptance
    const comesMs = nowMs - this.tookMs;
    const isComing = comesMs < RESUBSCRIBE_MS;
    const isMute = (tail.isCaughtUp ? deafMs : comesMs) >= (isComing ? SLOW_MS : RESUBSCRIBE_MS);
    const mostMs = tail.isCaughtUp || tail.isHeld ? PATIENCE_AT_END_MS : PATIENCE_MOST_MS;
    const waitMs = isComing ? SLOW_MS : Math.min(mostMs, this.patienceMs);
    if (tail.interruption || !isMute || nowMs - this.resubscribedMs < waitMs) return;
    this.resubscribedMs = nowMs;
    this.patienceMs = Math.min(2 * this.patienceMs, PATIENCE_MOST_MS);
    this.tail.resubscribe();
  }

  /**
   * True while what this server shows and decides rests on the whole log that it has read; perhaps it is cut
   * off from news.
   */
  get mayDecide(): boolean {
    const { isCaughtUp, failure, interruption, isSuspect } = this.tail;
    return isCaughtUp && !failure && !interruption && !isSuspect && !this.isDraining;
  }

  /** Nothing may be answered: what is known here may be half read, or of another log. */
  get isBlind(): boolean {
    const { isCaughtUp, failure, isSuspect } = this.tail;
    return this.isDraining || failure !== null || !isCaughtUp || isSuspect;
  }

  get isReady(): boolean {
    return this.reasonsNotReady().length === 0;
  }

  /** `isShown`: of which groups it may be told; without it, of all. */
  reasonsNotReady(isShown?: (group: Id) => boolean): string[] {
    const { tail, clocks, review } = this;
    if (this.isDraining) return ['the server is stopping'];
    if (tail.failure) return [tail.failure.message];
    if (!this.hasBegun) return ['looking whether the log is the one that this server knew'];
    const reasons: string[] = [];
    const other = this.whyAnotherLog(isShown);
    if (other) reasons.push(other + (this.known.kept.accepted ? ACCEPTED : ''));
    else if (tail.isSuspect)
      reasons.push(
        'looking whether the log is still the same: the store was away, or this process stood still',
      );
    else if (tail.isHeld && !clocks.areKnown)
      reasons.push(
        `comparing this server's clock with the store's${clocks.failure ? `: ${clocks.failure.message}` : ''}`,
      );
    else if (tail.isHeld && review.failure)
      reasons.push(`looking whether the log is the one that this server knew: ${review.failure.message}`);
    else if (!tail.isCaughtUp) reasons.push(`reading the log, at position ${tail.position}`);
    if (tail.interruption) reasons.push(`the store is not reachable: ${tail.interruption.message}`);
    const { writeFailure } = this.presence;
    if (tail.isCaughtUp && !tail.interruption && writeFailure)
      reasons.push(`this server cannot write: ${writeFailure.message}`);
    const deafMs = tail.isCaughtUp ? this.presence.deafForMs() : 0;
    if (deafMs > 0)
      reasons.push(
        `deaf for ${(deafMs / 1_000).toFixed(1)} s: what this server writes does not come back from the store`,
      );
    return reasons;
  }

  /** In words, null while nothing is known against it. */
  whyAnotherLog(isShown?: (group: Id) => boolean): string | null {
    if (!this.tail.isHeld) return null;
    const { why, differences } = (this.other ??= this.look());
    return why === null || !isShown
      ? why
      : whyAnother(
          null,
          differences.filter(({ group }) => isShown(group)),
        );
  }

  private look(): NonNullable<typeof this.other> {
    const differences = this.known.differences();
    return { why: this.known.why(differences), differences, untilMs: this.nowMs + WORDS_MS };
  }
}
