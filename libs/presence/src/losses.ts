import type { Id } from '@conclave/election';
import type { Hearing } from './hearing/hearing.js';
import type { Probe } from './probe.js';
import type { Loss, Sessions } from './sessions.js';

/**
 * A socket that closed counts as a death only if nothing of that incarnation is heard for this long (L10).
 */
const CONFIRM_MS = 250;
const PROBE_EVERY_MS = 50;

export interface LossesParts {
  hearing: Hearing;
  probe: Probe;
  sessions: Sessions;
  nowMs: () => number;
  defect: (error: unknown) => void;
  /** Processes of one group whose streams broke, and of which nothing was heard since. */
  confirmed: (group: Id, losses: readonly Loss[]) => void;
}

/** Streams that closed without goodbye, until it is known what that meant (L10). */
export class Losses {
  private waiting: Loss[] = [];

  constructor(private readonly p: LossesParts) {
    p.probe.onWritten = () => this.judge(p.nowMs());
  }

  /** Judged after 250 ms sharp, or by the tick that comes first after them. */
  add(loss: Loss): void {
    this.waiting.push(loss);
    setTimeout(() => {
      try {
        this.judge(this.p.nowMs());
      } catch (error) {
        this.p.defect(error);
      }
    }, CONFIRM_MS).unref();
  }

  /**
   * Only what was heard counts: a record of ours, written after the 250 ms, must have come back first (L6,
   * L10).
   */
  judge(nowMs: number): void {
    if (this.waiting.length === 0) return;
    const { hearing, sessions, probe } = this.p;
    const isRipe = ({ lostMs }: Loss) => nowMs - lostMs >= CONFIRM_MS;
    const isProved = ({ lostMs }: Loss) => hearing.provedSinceMs - lostMs >= CONFIRM_MS;
    const confirmed = this.waiting.filter((loss) => isProved(loss) && sessions.isConfirmed(loss));
    this.waiting = this.waiting.filter((loss) => !isProved(loss));
    for (const [group, losses] of Map.groupBy(confirmed, (loss) => loss.group))
      this.p.confirmed(group, losses);
    if (this.waiting.some(isRipe)) probe.send(nowMs, PROBE_EVERY_MS);
  }

  /** The server stops: whatever closes now is its own doing. */
  forget(): void {
    this.waiting = [];
  }
}
