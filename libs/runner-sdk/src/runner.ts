import { EventEmitter } from 'node:events';
import { Candidacy } from './candidacy.js';
import { Ending } from './ending.js';
import { settleOptions, type RunnerOptions, type RunnerStatus, type Settled, type Work } from './options.js';
import { onSignals } from './signals.js';
import { Superseded, type Tenure } from './tenure.js';

/**
 * Contends for ever: after a lost term, a restarted server or a network failure it is a candidate again.
 * Emits `status (status, term | null)`, `problem (error)` for each request that failed and will be tried again, and
 * `granted (term, certificate | null)` when the lease of a term was renewed.
 */
export class Runner extends EventEmitter<{
  status: [status: RunnerStatus, term: number | null];
  problem: [error: Error];
  granted: [term: number, certificate: string | null];
}> {
  status: RunnerStatus = 'connecting';
  readonly incarnation: string;
  private readonly options: Settled;
  private readonly candidacy: Candidacy;
  private work: Work | null = null;
  private working: Promise<void> | null = null;
  private readonly ended = new Ending();
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
      granted: (tenure) => this.emit('granted', tenure.term, tenure.context().certificate()),
      become: (status) => this.become(status),
      superseded: () => this.superseded(),
      problem: (error) => this.emit('problem', error),
    });
    this.ended.promise.catch(() => undefined); // who only uses mayProcess() does not wait for the end
  }

  /** The term that this runner holds, null if none. */
  get term(): number | null {
    const { tenure } = this.candidacy;
    return tenure?.isHeld ? tenure.term : null;
  }

  /** The gate of a job loop: true only while this runner leads by its own clocks. */
  mayProcess(): boolean {
    return this.candidacy.tenure?.isLeading() ?? false;
  }

  /** Joins without work of its own; `mayProcess()` then tells when to act. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    onSignals(this.options.signals, () => this.stop(), this.ended.promise);
    this.candidacy.run();
  }

  /**
   * Joins the group and runs `work` in each term that this runner leads. Resolves after `stop()`. Rejects
   * with {@link Superseded}, or with what `work` throws on its own accord (the runner has resigned and
   * stopped then).
   */
  async lead(work: Work): Promise<void> {
    if (this.work) throw new Error('lead() is already running for this runner');
    this.work = work;
    const { tenure } = this.candidacy;
    if (tenure?.isLeading()) this.perform(work, tenure);
    this.start();
    return this.ended.promise;
  }

  /**
   * Stops the work, resigns once it has stopped, leaves. Resolves when nothing of this runner acts any more.
   */
  async stop(): Promise<void> {
    if (this.status === 'superseded') return this.ended.promise.catch(() => undefined); // lead() says so
    return (this.stopping ??= this.shutDown());
  }

  /** Stops, and leaves the group for good: this runner is no member any more. Rejects if no server heard it. */
  async deregister(): Promise<void> {
    await this.stop();
    if ((this.status as RunnerStatus) === 'superseded') throw new Superseded(this.options.id);
    if (await this.candidacy.deregister()) return;
    throw new Error(`no server heard that runner "${this.options.id}" has left the group`);
  }

  private async shutDown(): Promise<void> {
    const { candidacy } = this;
    const { tenure } = candidacy;
    candidacy.stop();
    await (this.working ?? (tenure && candidacy.handBack(tenure)));
    await candidacy.leave();
    this.become('stopped');
    this.ended.resolve();
  }

  /**
   * For users of `mayProcess()`: says that what was being processed has stopped, so that a successor need not
   * wait.
   */
  release(): void {
    const { tenure } = this.candidacy;
    if (tenure && !this.working) void this.candidacy.handBack(tenure);
  }

  private perform(work: Work, tenure: Tenure): void {
    this.working = this.runWork(work, tenure).finally(() => {
      this.working = null;
      this.candidacy.beatNow();
    });
  }

  private async runWork(work: Work, tenure: Tenure): Promise<void> {
    const failure = await tenure.run(work, (error) => this.emit('problem', error));
    tenure.stopWork('stopping'); // returning by itself means "done for now"
    await this.candidacy.handBack(tenure);
    if (!failure) return;
    this.ended.reject(failure.error);
    setImmediate(() => void this.stop());
  }

  private superseded(): void {
    if (this.status === 'superseded' || this.status === 'stopped') return;
    this.candidacy.withdraw();
    this.become('superseded');
    void Promise.resolve(this.working).then(() => this.ended.reject(new Superseded(this.options.id)));
  }

  private become(status: RunnerStatus): void {
    if (this.status === status || this.status === 'superseded' || this.status === 'stopped') return;
    this.status = status;
    this.emit('status', status, this.candidacy.tenure?.term ?? null);
  }
}
