import { EventEmitter } from 'node:events';
import { Connection, type BeatReply } from './connection.js';
import { settled, type RunnerOptions, type RunnerStatus, type Settled, type Work } from './options.js';
import { onSignals } from './signals.js';
import type { Instant } from './stopwatch.js';
import { Tenure } from './tenure.js';

/** Thrown by `lead()` when a newer process of the same runner took over. Do not fight it: stop, or use another id. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
  constructor(id: string) { super(`a newer process of runner "${id}" took over`); }
}

/**
 * A member of a runner group. It contends for ever: after a lost term, a restarted server or a network failure it is a
 * candidate again. Emits `status (status, term | null)`, and `problem (error)` for each request that failed and will be tried again.
 */
export class Runner extends EventEmitter<{ status: [status: RunnerStatus, term: number | null]; problem: [error: Error] }> {
  status: RunnerStatus = 'connecting';
  private readonly options: Settled;
  private readonly connection: Connection;
  /** The term this runner works for; stays, no longer held, until its work has really stopped. */
  private tenure: Tenure | null = null;
  /** A term that it was elected for, but has no grant of yet. */
  private claim: number | null = null;
  /** A term that it has stopped for good; told in every beat until the server knows (§5.11). */
  private released: number | null = null;
  /** The highest term that it gave up: that one and lower ones are never begun again, whoever grants them (§5.11). */
  private givenUp = 0;
  private work: Work | null = null;
  private working: Promise<void> | null = null;
  private readonly ended = Promise.withResolvers<void>();
  private isStarted = false;
  private isStopping = false;

  constructor(options: RunnerOptions) {
    super();
    this.options = settled(options);
    this.connection = new Connection(this.options, {
      beat: () => this.nextBeat(),
      replied: (reply, sent) => this.replied(reply, sent),
      elected: (term) => { if (!this.tenure && term > this.givenUp) this.claim = term; },
      revoked: (term) => this.revoked(term),
      superseded: () => this.superseded(),
      forgotten: () => this.forgotten(),
      problem: (error) => this.emit('problem', error),
    });
    this.ended.promise.catch(() => undefined); // who only uses mayProcess() does not wait for the end
  }

  /** The term that this runner holds, null if none. */
  get term(): number | null { return this.tenure?.isHeld ? this.tenure.term : null; }
  get incarnation(): string { return this.options.incarnation; }

  /** The gate of a job loop: true only while this runner leads by its own clocks. */
  mayProcess(): boolean { return this.tenure?.isLeading() ?? false; }

  /** Joins the group without work of its own; `mayProcess()` then tells when to act. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    onSignals(this.options.signals, () => this.stop(), this.ended.promise);
    this.connection.run();
  }

  /**
   * Joins the group and runs `work` in each term that this runner leads. Resolves after `stop()`. Rejects with
   * {@link Superseded}, or with what `work` throws on its own accord (the runner has resigned and stopped then).
   */
  async lead(work: Work): Promise<void> {
    if (this.work) throw new Error('lead() is already running for this runner');
    this.work = work;
    if (this.tenure?.isLeading()) this.perform(work, this.tenure);
    this.start();
    return this.ended.promise;
  }

  /**
   * Stops the work, resigns once it has stopped, leaves. The runner stays registered, with its seniority. Resolves when
   * nothing of this runner acts any more.
   */
  async stop(): Promise<void> {
    if (this.isStopping || this.status === 'superseded') return this.ended.promise;
    this.isStopping = true;
    const { tenure } = this;
    tenure?.stopWork('stopping');
    if (this.working) await this.working;
    else if (tenure) await this.handBack(tenure);
    await this.connection.finish();
    const owed = this.released ?? this.claim; // also a term that was won a moment ago and never begun
    if (owed !== null) await this.connection.resign(owed);
    this.become('stopped');
    this.ended.resolve();
  }

  /** For users of `mayProcess()`: says that what was being processed has stopped, so that a successor need not wait. */
  release(): void {
    if (this.tenure && !this.working) void this.handBack(this.tenure);
  }

  /**
   * Null: no beat now. A runner whose old work does not stop must not be elected again meanwhile, and one that leaves
   * says so by resigning: a release in a beat would have it elected once more.
   */
  private nextBeat(): { term: number | null; released: number | null } | null {
    const { tenure, released } = this;
    if (this.isStopping && !tenure?.isHeld) return null;
    if (!tenure) return { term: this.claim, released };
    if (!tenure.isHeld) return this.working ? null : { term: null, released };
    // Without work to wait for, nobody knows when a revoked term has drained: its lease is left to run out.
    return { term: tenure.stopCause && !this.working ? null : tenure.term, released };
  }

  private replied({ role, term, leaseMs }: BeatReply, sent: Instant): void {
    if (role === 'superseded') return this.superseded();
    if (term < Math.max(this.givenUp, this.tenure?.term ?? 0)) return; // a server that has not read as far as we know
    const holds = role === 'leader' || role === 'revoked';
    if (!holds || term !== this.released) this.released = null; // the server has it, or the term is over anyway
    if (this.tenure && (!holds || term !== this.tenure.term)) this.lost(this.tenure);
    this.claim = holds && term > this.givenUp ? term : null;
    if (!holds && !this.tenure) this.become('standby');
    if (this.claim === null) return;
    if (this.tenure) this.tenure.renew(sent, leaseMs);
    else if (role === 'leader' && leaseMs > 0) this.begin(term, sent, leaseMs);
    if (role === 'revoked') this.revoked(term);
  }

  private begin(term: number, sent: Instant, leaseMs: number): void {
    if (this.isStopping || this.working) return;
    const tenure = new Tenure(term, this.options.maxDrift, () => this.lost(tenure));
    this.tenure = tenure;
    tenure.renew(sent, leaseMs);
    if (!tenure.isHeld) return; // the reply took longer than the lease
    this.become('leading');
    if (this.work) this.perform(this.work, tenure);
  }

  private perform(work: Work, tenure: Tenure): void {
    this.working = this.performed(work, tenure).finally(() => {
      this.working = null;
      this.connection.beatNow();
    });
  }

  private async performed(work: Work, tenure: Tenure): Promise<void> {
    const { term, abort } = tenure;
    let failure: { error: unknown } | null = null;
    try {
      await work({ term, signal: abort.signal, assertLeading: () => tenure.assertLeading(), remainingMs: () => tenure.remainingMs() });
    } catch (error) {
      if (!abort.signal.aborted) failure = { error }; // otherwise it is how the work stopped
    }
    tenure.stopWork('stopping'); // returning by itself means "done for now"
    await this.handBack(tenure);
    if (!failure) return;
    this.ended.reject(failure.error);
    setImmediate(() => void this.stop());
  }

  /** The work has stopped. Saying so is a promise: the successor need not wait for the lease. */
  private async handBack(tenure: Tenure): Promise<void> {
    const { term, stopCause } = tenure;
    tenure.over(stopCause ?? 'lost');
    this.giveUp(term);
    // Done for now: a resignation lets somebody else have a go. While it is under way no beat says anything of the term.
    const isResigned = stopCause === 'stopping' && !this.isStopping && await this.connection.resign(term);
    if (this.tenure !== tenure) return;
    this.tenure = null;
    this.released = isResigned ? null : term;
    this.connection.beatNow();
  }

  private giveUp(term: number): void {
    this.givenUp = Math.max(this.givenUp, term);
    this.claim = null;
  }

  /** The lease ran out, or the server says that the term is over. */
  private lost(tenure: Tenure): void {
    const wasLeading = !tenure.abort.signal.aborted;
    tenure.over('lost');
    if (wasLeading || this.status === 'revoked') this.become('lost');
    this.giveUp(tenure.term);
    if (!this.working && this.tenure === tenure) this.tenure = null; // no promise: nobody knows what still runs
  }

  private revoked(term: number): void {
    const { tenure } = this;
    if (!tenure) {
      if (term !== this.claim) return;
      this.giveUp(term); // never began: nothing to stop
      this.released = term;
      this.connection.beatNow();
    } else if (tenure.term === term && !tenure.abort.signal.aborted) {
      tenure.stopWork('revoked');
      this.become('revoked');
    }
  }

  /** The group does not know this runner any more (an operator removed it, or the store is another): it starts anew. */
  private forgotten(): void {
    if (this.tenure) this.lost(this.tenure);
    this.released = null;
    this.givenUp = this.tenure?.term ?? 0;
    this.claim = null;
  }

  private superseded(): void {
    if (this.status === 'superseded' || this.status === 'stopped') return;
    this.tenure?.over('superseded');
    this.isStopping = true;
    void this.connection.finish();
    this.become('superseded');
    const reject = () => this.ended.reject(new Superseded(this.options.id));
    if (this.working) void this.working.then(reject);
    else reject();
  }

  private become(status: RunnerStatus): void {
    if (this.status === status || this.status === 'superseded' || this.status === 'stopped') return;
    this.status = status;
    this.emit('status', status, this.tenure?.term ?? null);
  }
}
