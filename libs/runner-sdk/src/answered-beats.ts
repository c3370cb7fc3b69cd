import type { BeatReply } from './http/requests.js';
import type { SessionNews } from './streams/session-stream.js';
import { elapsedMs, type Instant } from './clocks/stopwatch.js';

/** More than are sent while the grant in the news of an election may last. */
const REMEMBERED = 32;

/** What a lease of a term rests on: it counts from when that beat was sent (L12). */
export interface Grant {
  sent: Instant;
  leaseMs: number;
  certificate?: string;
}

/** What an answer grants. */
export const grantOf = ({ leaseMs, certificate }: BeatReply, sent: Instant): Grant => ({
  sent,
  leaseMs,
  ...(certificate && { certificate }),
});

/** When the beats were sent that a server has answered. */
export class AnsweredBeats {
  /** The highest sequence whose reply came. */
  highest = 0;
  /** The last one that was given up, or refused; and the one whose answer is waited for. */
  private lost: number | undefined;
  private underWay: number | undefined;
  private readonly sent = new Map<number, Instant>();
  private forgotten = 0;

  /** The last one that nobody answered: a network may deliver it yet. */
  get unanswered(): number | undefined {
    return this.underWay ?? this.lost;
  }

  /** One is sent now. */
  await(sequence: number): number {
    this.lost = this.unanswered;
    return (this.underWay = sequence);
  }

  /** Also one that was given up before: it stays the last one, as of those before it nobody knows. */
  add(sequence: number, sent: Instant): void {
    if (this.underWay === sequence) this.underWay = undefined;
    this.highest = Math.max(this.highest, sequence);
    this.sent.set(sequence, sent);
    if (this.sent.size > REMEMBERED) this.sent.delete(this.sent.keys().next().value!);
  }

  /** Of beats before a registration nothing is known any more: a server that has read less may still grant by one (L11, L14). */
  forget(upTo: number): void {
    this.sent.clear();
    this.forgotten = upTo;
  }

  /** This one is of before, too. */
  hasForgotten = (sequence: number): boolean => sequence <= this.forgotten;

  /**
   * What the news of an election grants: from a beat that the log held before it (L14). Null: nothing that this process knows
   * of, or not enough for a beat that is lost and repeated.
   */
  grantIn({ grant }: SessionNews, neededMs: number): Grant | null {
    const sent = grant && this.sent.get(grant.sequence);
    if (!sent || !(grant.leaseMs - elapsedMs(sent) > neededMs)) return null;
    const { leaseMs, certificate } = grant;
    return { sent, leaseMs, ...(typeof certificate === 'string' && { certificate }) };
  }
}
