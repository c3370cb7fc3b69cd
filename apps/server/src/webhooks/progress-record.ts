const EVERY_MS = 1_000;
/** It names each group that is behind, in 100 bytes: the more there are the seldomer, or a receiver that is away fills the disk. */
const FOR_A_GROUP_MS = 100;
/** Also where nothing was told: a restart need not look through what is older, and the record does not expire. */
const IDLE_MS = 60_000;

/** Says in the log how far an endpoint is, at most once a second, or a kilobyte a second. */
export class ProgressRecord {
  /** Something was delivered or went wrong since the last one. */
  hasNews = true;
  private writtenMs = -Infinity;
  private writing: Promise<void> | null = null;
  private behind = 0;

  /** `write` tells how many groups it has named. */
  constructor(
    private readonly write: () => Promise<number>,
    private readonly problem: (error: Error) => void,
  ) {}

  /** `nowMs` is monotonic. */
  tick(nowMs: number): void {
    const restMs = this.hasNews ? EVERY_MS + this.behind * FOR_A_GROUP_MS : IDLE_MS;
    if (this.writing || nowMs - this.writtenMs < restMs) return;
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
      this.behind = await this.write();
    } catch (error) {
      this.hasNews = true;
      this.problem(error as Error);
    }
  }
}
