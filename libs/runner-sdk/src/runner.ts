import { setImmediate as turn } from 'node:timers/promises';
import { Candidacy } from './candidacy.js';
import { Ending, stopOn, waitTelling } from './ending.js';
import { Telling, type RunnerStatus } from './events/telling.js';
import { settleOptions, type RunnerOptions, type Settled, type Work } from './options.js';
import { onSignals } from './signals.js';
import { Superseded, type Tenure } from './tenure.js';
import { doWithin, isWithin } from './terms/within.js';

/**
 * Contends for ever: after a lost term, a restarted server or a network failure it is a candidate again.
 * Emits `status (status, term | null)`, `problem (error, isNews)` for each request that failed and will be tried again,
 * `granted (term, certificate | null)` when the lease of a term was renewed, and `leader (id | null, term)` when another one leads.
 */
export class Runner extends Telling {
  status: RunnerStatus = 'connecting';
  readonly incarnation: string;
  private readonly options: Settled;
  private readonly candidacy: Candidacy;
  private work: Work | null = null;
  private working: Promise<void> | null = null;
  private toldTerm: number | null = null;
  private readonly end = new Ending();
  /** What ended it, by itself. */
  private failure: { error: unknown } | null = null;
  private isStarted = false;
  private stopping: Promise<void> | null = null;
  /** `await using runner = new Runner(…)`: stops when the block is left. */
  readonly [Symbol.asyncDispose] = async (): Promise<void> => this.stop();

  constructor(options: RunnerOptions) {
    super();
    this.options = settleOptions(options);
    this.incarnation = this.options.incarnation;
    this.candidacy = new Candidacy(this.options, {
      isWorking: () => this.working !== null,
      begun: (tenure) => {
        if (this.work) this.perform(this.work, tenure);
      },
      granted: (tenure) => this.tell(() => this.emit('granted', tenure.term, tenure.context().certificate())),
      become: (status) => this.become(status),
      ledBy: (leader, term) => this.ledBy(leader, term),
      superseded: () => this.superseded(),
      refused: (error) => void Promise.resolve(this.working).then(() => this.fail(error)),
      problem: (error) => this.problem(error),
    });
    this.end.promise.catch(() => undefined); // who only uses mayProcess() need not wait for the end
  }

  /** The term that this runner holds, null if none. */
  get term(): number | null {
    const { tenure } = this.candidacy;
    return tenure && tenure.remainingMs() > 0 ? tenure.term : null;
  }

  /** Settles as that of {@link lead} does, for users of `start()`: `runner.ended.catch(…)` tells why it will never lead again. */
  get ended(): Promise<void> {
    return this.end.promise;
  }

  /** A server knows this process, and its last beat was answered: what a health check of the program may ask. */
  get isConnected(): boolean {
    return this.candidacy.isConnected;
  }

  /** The gate of a job loop: true only while this runner leads by its own clocks. */
  mayProcess(): boolean {
    return this.candidacy.tenure?.isLeading() ?? false;
  }

  /** Joins without work of its own; `mayProcess()` then tells when to act. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    // with the gate alone nobody knows whether a job is in progress: the lease runs out, unless the program calls stop() or release() (G2)
    const stop = async () => (this.work ? this.stop() : this.candidacy.stop());
    onSignals(this.options.signals, stop, this.end.promise);
    this.candidacy.run();
  }

  /**
   * Joins the group and runs `work` in each term that this runner leads. Resolves after `stop()`, which `signal` calls, too. Rejects with {@link Superseded},
   * with an ApiError `group-deleted`, or `invalid-request` where no server can make anything of the options, or with what `work` throws
   * on its own accord. The runner has resigned and stopped then, for good: who wants to contend again makes a new one.
   */
  async lead(work: Work, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (typeof work !== 'function') throw new TypeError('lead() takes the work: a function');
    if (this.work) return this.refuseToLead();
    stopOn(signal, async () => this.stop(), this.end.promise);
    this.work = work;
    const { tenure } = this.candidacy;
    if (tenure?.isLeading()) this.perform(work, tenure);
    if (this.candidacy.isStopping)
      void this.stop(); // a signal came before
    else this.start();
    return this.end.promise;
  }

  /** When all has ended, and in a turn of its own: a loop that asks again and again must not keep the process from that. */
  private async refuseToLead(): Promise<never> {
    await turn();
    const isOver = this.stopping !== null || this.status === 'superseded';
    if (!isOver || this.isOfWork) throw new Error('lead() is already running for this runner');
    await this.end.promise.catch(() => undefined);
    const why = this.status === 'superseded' ? 'was superseded' : this.failure ? 'has failed' : 'was stopped';
    throw new Error(`this runner ${why}, and leads no more: make a new Runner to contend again`);
  }

  /**
   * Stops the work, resigns once it has stopped, leaves. Resolves when nothing of this runner acts any more; called by the work
   * itself, at once: that is told to stop, and all else follows when it returns. A user of `mayProcess()` promises by it that no
   * job is in progress.
   */
  async stop(): Promise<void> {
    if (this.status !== 'superseded' && this.stopping === null) {
      this.stopping = this.shutDown();
      this.candidacy.stop(); // who hears that the work must end may call this again
    }
    if (this.isOfWork) return;
    return this.stopping ?? this.end.promise.catch(() => undefined); // superseded: lead() says so
  }

  private get isOfWork(): boolean {
    return isWithin(this.working);
  }

  /** Stops, and leaves the group for good: this runner is no member any more. Rejects if no server heard it. */
  async deregister(): Promise<void> {
    if (this.isOfWork)
      throw new Error('deregister() waits for the end of the work: do not call it in the work');
    await this.stop();
    if (this.status === 'superseded') throw new Superseded(this.options.id);
    if (await this.candidacy.deregister()) return;
    throw new Error(`no server heard that runner "${this.options.id}" has left the group`);
  }

  private async shutDown(): Promise<void> {
    const [candidacy, tenure] = [this.candidacy, this.candidacy.tenure];
    await Promise.resolve(); // until the work is told
    const over = this.working ?? (tenure && candidacy.handBack(tenure));
    await waitTelling(over, (error) => this.problem(error));
    await candidacy.leave();
    this.become('stopped');
    if (this.failure) this.end.reject(this.failure.error);
    else this.end.resolve();
  }

  /** For users of `mayProcess()`: what was being processed has stopped, and a successor need not wait. */
  release(): void {
    const { tenure, isStopping } = this.candidacy;
    if (this.working) return;
    if (isStopping) void this.stop();
    else if (tenure) void this.candidacy.handBack(tenure);
  }

  /** It counts as working before the first line of the work runs, which may stop this runner. */
  private perform(work: Work, tenure: Tenure): void {
    const done = new Ending();
    this.working = done.promise;
    const running = doWithin(done.promise, async () => this.runWork(work, tenure));
    void running.finally(() => {
      this.working = null;
      this.candidacy.beatNow();
      done.resolve();
    });
  }

  private async runWork(work: Work, tenure: Tenure): Promise<void> {
    const failure = await tenure.run(work, (error) => this.problem(error));
    tenure.stopWork('stopping'); // returning by itself means "done for now"
    await this.candidacy.handBack(tenure);
    if (failure) this.fail(failure.error);
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    void this.stop(); // lead() rejects when that is done
  }

  private superseded(): void {
    if (this.status === 'superseded' || this.status === 'stopped') return;
    this.candidacy.withdraw();
    this.become('superseded');
    const why = this.failure ? this.failure.error : new Superseded(this.options.id);
    void Promise.resolve(this.working).then(() => this.end.reject(why));
  }

  private become(status: RunnerStatus): void {
    const term = this.candidacy.tenure?.term ?? null;
    const isKnown = this.status === status && (status !== 'leading' || this.toldTerm === term);
    if (isKnown || this.status === 'superseded' || this.status === 'stopped') return;
    this.status = status;
    this.toldTerm = term;
    this.tell(() => this.emit('status', status, term));
  }
}
