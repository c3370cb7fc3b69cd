import { EventEmitter } from 'node:events';
import { Connection, type BeatReply } from './connection.js';
import { Ending } from './ending.js';
import { settled, type RunnerOptions, type RunnerStatus, type Settled, type Work } from './options.js';
import { onSignals } from './signals.js';
import type { Instant } from './stopwatch.js';
import { Superseded, Tenure } from './tenure.js';
import { nextBeat, TermBook } from './term-book.js';

/**
 * Contends for ever: after a lost term, a restarted server or a network failure it is a candidate again. Emits
 * `status (status, term | null)`, and `problem (error)` for each request that failed and will be tried again.
 */
export class Runner extends EventEmitter<{ status: [status: RunnerStatus, term: number | null]; problem: [error: Error] }> {
  status: RunnerStatus = 'connecting';
  readonly incarnation: string;
  private readonly options: Settled;
  private readonly connection: Connection;
  /** The term this runner works for; stays, no longer held, until its work has really stopped. */
  private tenure: Tenure | null = null;
  private readonly book = new TermBook();
  private work: Work | null = null;
  private working: Promise<void> | null = null;
  private readonly ended = new Ending();
  private isStarted = false;
  private stopping: Promise<void> | null = null;
  private isStopping = false;
  /** `await using runner = new Runner(…)`: stops when the block is left. */
  readonly [Symbol.asyncDispose] = async (): Promise<void> => this.stop();

  constructor(options: RunnerOptions) {
    super();
    this.options = settled(options);
    this.incarnation = this.options.incarnation;
    this.connection = new Connection(this.options, {
      beat: () => nextBeat(this.tenure, this.book, this.working !== null, this.isStopping),
      replied: (reply, sent, named) => this.replied(reply, sent, named),
      elected: (term) => (this.tenure ? undefined : this.book.elected(term)),
      revoked: (term) => this.revoked(term),
      superseded: () => this.superseded(),
      denied: (knowsRunner) => this.denied(knowsRunner),
      problem: (error) => this.emit('problem', error),
    });
    this.ended.promise.catch(() => undefined); // who only uses mayProcess() does not wait for the end
  }

  /** The term that this runner holds, null if none. */
  get term(): number | null {
    return this.tenure?.isHeld ? this.tenure.term : null;
  }

  /** The gate of a job loop: true only while this runner leads by its own clocks. */
  mayProcess(): boolean {
    return this.tenure?.isLeading() ?? false;
  }

  /** Joins without work of its own; `mayProcess()` then tells when to act. */
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

  /** Stops the work, resigns once it has stopped, leaves. Resolves when nothing of this runner acts any more. */
  async stop(): Promise<void> {
    if (this.status === 'superseded') return this.ended.promise;
    return (this.stopping ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    this.isStopping = true;
    const { tenure } = this;
    tenure?.stopWork('stopping');
    await (this.working ?? (tenure && this.handBack(tenure)));
    await this.connection.finish();
    const owed = this.book.released ?? this.book.claim; // also a term that was won a moment ago and never begun
    if (owed !== null) await this.connection.resign(owed);
    this.become('stopped');
    this.ended.resolve();
  }

  /** For users of `mayProcess()`: says that what was being processed has stopped, so that a successor need not wait. */
  release(): void {
    if (this.tenure && !this.working) void this.handBack(this.tenure);
  }

  private replied({ role, term, leaseMs, certificate }: BeatReply, sent: Instant, named: number | null): void {
    if (role === 'superseded') return this.superseded();
    if (term < Math.max(this.book.givenUp, this.tenure?.term ?? 0)) return this.contradicted(term, named);
    const holds = role === 'leader' || role === 'revoked';
    if (this.tenure && (!holds || term !== this.tenure.term)) this.lost(this.tenure);
    this.book.heard(holds, term);
    if (!holds && !this.tenure) this.become('standby');
    if (this.book.claim === null) return;
    if (this.tenure) this.tenure.renew(sent, leaseMs, certificate);
    else if (role === 'leader' && leaseMs > 0) this.begin(term, sent, leaseMs, certificate);
    if (role === 'revoked') this.revoked(term);
  }

  private begin(term: number, sent: Instant, leaseMs: number, certificate?: string): void {
    if (this.isStopping || this.working) return;
    const tenure = new Tenure(term, this.options.maxDrift, () => this.lost(tenure));
    this.tenure = tenure;
    tenure.renew(sent, leaseMs, certificate);
    if (!tenure.isHeld) return; // the reply took longer than the lease
    this.become('leading');
    if (this.work) this.perform(this.work, tenure);
  }

  private perform(work: Work, tenure: Tenure): void {
    this.working = this.runWork(work, tenure).finally(() => {
      this.working = null;
      this.connection.beatNow();
    });
  }

  private async runWork(work: Work, tenure: Tenure): Promise<void> {
    const failure = await tenure.run(work, (error) => this.emit('problem', error));
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
    this.book.giveUp(term);
    // Done for now: a resignation lets somebody else have a go. While it is under way no beat says anything of the term.
    const isResigned = stopCause === 'stopping' && !this.isStopping && (await this.connection.resign(term));
    if (this.tenure !== tenure) return;
    this.tenure = null;
    this.book.released = isResigned ? null : term;
    this.connection.beatNow();
  }

  /** The lease ran out, or the server says that the term is over. */
  private lost(tenure: Tenure): void {
    const wasLeading = !tenure.abort.signal.aborted;
    tenure.over('lost');
    if (wasLeading || this.status === 'revoked') this.become('lost');
    this.book.giveUp(tenure.term);
    if (!this.working && this.tenure === tenure) this.tenure = null; // no promise: nobody knows what still runs
  }

  private revoked(term: number): void {
    const { tenure, book } = this;
    if (!tenure) {
      if (book.decline(term)) this.connection.beatNow();
      return;
    }
    if (tenure.term !== term || tenure.abort.signal.aborted) return;
    tenure.stopWork('revoked');
    this.become('revoked');
  }

  /** Nothing is done in a term that a server denies. One that does not know the runner either may have another store. */
  private denied(knowsRunner: boolean): void {
    if (this.tenure) this.lost(this.tenure);
    return knowsRunner ? this.book.giveUp(this.book.claim ?? 0) : this.book.forget(this.tenure?.term ?? 0);
  }

  /** Not read as far as this runner knows, or a log that was restored from a backup: the certificate will tell which. */
  private contradicted(term: number, named: number | null): void {
    const known = Math.max(this.book.givenUp, this.tenure?.term ?? 0);
    this.emit('problem', new Error(`the server says that group "${this.options.group}" is in term ${term}, but this runner has seen term ${known}`));
    if (named !== null && named === this.tenure?.term) this.denied(true); // it looks in the store first, so it is no lag
    this.connection.contradict();
  }

  private superseded(): void {
    if (this.status === 'superseded' || this.status === 'stopped') return;
    this.tenure?.over('superseded');
    this.isStopping = true;
    void this.connection.finish();
    this.become('superseded');
    void Promise.resolve(this.working).then(() => this.ended.reject(new Superseded(this.options.id)));
  }

  private become(status: RunnerStatus): void {
    if (this.status === status || this.status === 'superseded' || this.status === 'stopped') return;
    this.status = status;
    this.emit('status', status, this.tenure?.term ?? null);
  }
}
