import { grantOf, type Grant } from './answered-beats.js';
import type { Candidate } from './candidate.js';
import { Connection } from './connection.js';
import type { BeatReply } from './http/requests.js';
import type { Settled } from './options.js';
import { now, type Instant } from './clocks/stopwatch.js';
import { Tenure } from './tenure.js';
import { nextBeat, TermBook } from './term-book.js';

/** How a runner stands in its group, term after term. */
export class Candidacy {
  /** The term this runner works for; stays, no longer held, until its work has really stopped. */
  tenure: Tenure | null = null;
  /** No term is begun any more. */
  isStopping = false;
  /** When the work stopped, or this runner was told to stop without any. */
  private rested: Instant = now();
  private readonly book = new TermBook();
  private readonly connection: Connection;

  constructor(
    private readonly options: Settled,
    private readonly candidate: Candidate,
  ) {
    this.connection = new Connection(options, {
      beat: () => nextBeat(this.tenure, this.book, candidate.isWorking(), this.isStopping),
      replied: (reply, sent, named) => this.replied(reply, sent, named),
      repliedLate: (reply, sent) => this.repliedLate(reply, sent),
      elected: (term, grant) => this.elected(term, grant),
      revoked: (term) => this.revoked(term),
      superseded: () => candidate.superseded(),
      denied: (knowsRunner) => this.denied(knowsRunner),
      refused: (error) => candidate.refused(error),
      problem: (error) => candidate.problem(error),
    });
  }

  run = (): void => this.connection.run();
  get isConnected(): boolean {
    return this.connection.isAnswered();
  }
  beatNow = (): void => this.connection.beatNow();

  /** Another process has taken over: nothing is said to a server any more. */
  withdraw(): void {
    this.tenure?.over('superseded');
    this.isStopping = true;
    void this.connection.endBeats();
    this.connection.endStream();
  }

  /** No term is begun from now on; the one that is held is given back. */
  stop(): void {
    this.isStopping = true;
    this.rested = now();
    this.tenure?.stopWork('stopping');
  }

  /** Once the work has stopped: ends the beats, gives back what is still owed, and is no candidate any more. */
  async leave(): Promise<void> {
    const { connection, book, rested } = this;
    const owes = () => (book.released ?? book.claim) !== null; // also a term that was won a moment ago and never begun
    const say = async () => connection.farewell.leave(owes(), connection.isRegistered, rested);
    if (!owes() && !(await connection.lastAnswer(rested))) {
      await say();
      await connection.lastAnswer(rested); // it may elect this runner yet: what was said now can have overtaken it
    }
    await connection.endBeats();
    await say();
    connection.endStream();
  }

  /** Nobody waits for a process that has left the group. False if no server heard it. */
  async deregister(): Promise<boolean> {
    return this.connection.farewell.deregister(now());
  }

  /**
   * Elected, says a server. Work need not wait for the first beat of the term if the news grants the time until that is
   * answered (L14).
   */
  private elected(term: number, grant: Grant | null): void {
    if (this.tenure) return;
    this.book.elected(term);
    if (grant) this.beginClaimed(term, grant);
  }

  private replied(reply: BeatReply, sent: Instant, named: number | null): void {
    const { role, term } = reply;
    if (role === 'superseded') return this.candidate.superseded();
    if (term < Math.max(this.book.givenUp, this.tenure?.term ?? 0))
      return this.isOfBefore(named) ? undefined : this.contradicted(term, named);
    this.candidate.ledBy(reply.leader ?? null, term);
    const holds = role === 'leader' || role === 'revoked';
    if (this.tenure && (!holds || term !== this.tenure.term)) this.lost(this.tenure);
    this.book.heard(holds, term);
    if (!holds && !this.tenure) this.candidate.become('standby');
    if (this.book.claim === null) return;
    const grant = grantOf(reply, sent);
    if (this.tenure) this.renew(this.tenure, grant);
    else if (role === 'leader' && grant.leaseMs > 0) this.begin(term, grant);
    if (role === 'revoked') this.revoked(term);
  }

  /** Of a beat that was sent before the news came that this runner leads. */
  private isOfBefore = (named: number | null): boolean =>
    this.tenure?.isHeld === true && named !== this.tenure.term;

  /**
   * A grant is one, however late it comes: it counts from the beat. What else has changed later ones say. Whoever was elected and never
   * begins, as each answer is late, would be granted its term for good (G5): it begins, or gives up what is over by then.
   */
  private repliedLate(reply: BeatReply, sent: Instant): void {
    const { role, term } = reply;
    if (role !== 'leader' && role !== 'revoked') return;
    const grant = grantOf(reply, sent);
    if (term === this.tenure?.term) this.renew(this.tenure, grant);
    else if (role === 'leader' && grant.leaseMs > 0) this.beginClaimed(term, grant);
  }

  private renew(tenure: Tenure, { sent, leaseMs, certificate }: Grant): void {
    tenure.renew(sent, leaseMs, certificate);
    if (tenure.isHeld && leaseMs > 0) this.candidate.granted(tenure);
  }

  /** Unless that term is over: a server that has read less may tell of it, or an answer that comes late. */
  private beginClaimed(term: number, grant: Grant): void {
    if (!this.tenure && this.book.claim === term && term >= this.book.highest) this.begin(term, grant);
  }

  private begin(term: number, { sent, leaseMs, certificate }: Grant): void {
    if (this.isStopping || this.candidate.isWorking()) return;
    const tenure = new Tenure(term, this.options.maxDrift, () => this.lost(tenure));
    this.tenure = tenure;
    tenure.renew(sent, leaseMs, certificate);
    if (!tenure.isHeld) return; // the reply took longer than the lease
    this.candidate.become('leading');
    // whoever was told may have stopped, or given it back
    if (tenure.isLeading()) this.candidate.begun(tenure);
  }

  /** The work has stopped. Saying so is a promise: the successor need not wait for the lease. */
  async handBack(tenure: Tenure): Promise<void> {
    const { term, stopCause } = tenure;
    this.rested = now();
    tenure.over(stopCause ?? 'lost');
    this.book.giveUp(term);
    // Done for now: a resignation lets somebody else have a go. While it is under way no beat says anything
    // of the term.
    const isResigned =
      stopCause === 'stopping' &&
      !this.isStopping &&
      (await this.connection.farewell.resign(term, this.rested)) !== null;
    if (this.tenure !== tenure) return;
    this.tenure = null;
    this.book.released = isResigned ? null : term;
    this.connection.beatNow();
  }

  /** The lease ran out, or the server says that the term is over. */
  private lost(tenure: Tenure): void {
    const wasLeading = !tenure.abort.signal.aborted;
    tenure.over('lost');
    if (wasLeading || tenure.stopCause === 'revoked') this.candidate.become('lost');
    this.book.giveUp(tenure.term);
    // no promise: nobody knows what still runs
    if (!this.candidate.isWorking() && this.tenure === tenure) this.tenure = null;
  }

  private revoked(term: number): void {
    const { tenure, book } = this;
    if (!tenure) return book.decline(term) ? this.connection.beatNow() : undefined;
    if (tenure.term !== term || tenure.abort.signal.aborted) return;
    tenure.stopWork('revoked');
    this.candidate.become('revoked');
  }

  /** Nothing is done in a term that a server denies. One that does not know the runner either may have another store. */
  private denied(knowsRunner: boolean): void {
    this.book.released = null; // nobody waits for it, and each beat that says so would be refused
    if (this.tenure) this.lost(this.tenure);
    return knowsRunner ? this.book.giveUp(this.book.claim ?? 0) : this.book.forget(this.tenure?.term ?? 0);
  }

  /** Not read as far as this runner knows, or a log that was restored from a backup: the certificate will tell. */
  private contradicted(term: number, named: number | null): void {
    const known = Math.max(this.book.givenUp, this.tenure?.term ?? 0);
    this.candidate.problem(
      new Error(
        `the server says that group "${this.options.group}" is in term ${term}, but this runner has seen term ${known}`,
      ),
    );
    // it looks in the store first, so it is no lag
    if (named !== null && named === this.tenure?.term) this.denied(true);
    this.connection.contradict();
  }
}
