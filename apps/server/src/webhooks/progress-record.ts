const EVERY_MS = 1_000;
/** Also where nothing was told: a restart need not look through what is older, and the record does not expire. */
const IDLE_MS = 60_000;

/** Says in the log how far an endpoint is, at most once a second. */
export class ProgressRecord {
  /** Something was delivered or went wrong since the last one. */
  hasNews = true;
  private writtenMs = -Infinity;
  private writing: Promise<void> | null = null;

  constructor(
    private readonly write: () => Promise<void>,
    private readonly problem: (error: Error) => void,
  ) {}

  /** `nowMs` is monotonic. */
  tick(nowMs: number): void {
    if (this.writing || nowMs - this.writtenMs < (this.hasNews ? EVERY_MS : IDLE_MS)) return;
    this.writtenMs = nowMs;
    this.writing = this.record().finally(() => (this.writing = null));
  }

  /** The last one. */
  async finish(): Promise<void> {
    await this.writing;
    await this.record();
  }

  private async record(): Promise<void> {
    this.hasNews = false;
    try {
      await this.write();
    } catch (error) {
      this.hasNews = true;
      this.problem(error as Error);
    }
  }
}
