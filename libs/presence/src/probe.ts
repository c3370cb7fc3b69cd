import type { PresenceLog } from './records/presence-log.js';
import type { Hearing } from './hearing/hearing.js';

/** Empty records, by which a server hears itself (L6): one at a time, however long the store takes. */
export class Probe {
  /** Called when one is written, and another could be. */
  onWritten: () => void = () => undefined;
  private isUnderWay = false;
  private sentMs = -Infinity;

  constructor(
    private readonly log: PresenceLog,
    private readonly hearing: Hearing,
    private readonly problem: (message: string) => void,
  ) {}

  /** Not more often than each `everyMs`. */
  send(nowMs: number, everyMs: number): void {
    if (this.isUnderWay || nowMs - this.sentMs < everyMs) return;
    this.sentMs = nowMs;
    this.isUnderWay = true;
    const wasDeaf = this.hearing.isDeaf;
    const over = (error: Error | null) => {
      this.isUnderWay = false;
      if (!error) this.onWritten();
      else if (!wasDeaf) this.problem(`the presence log cannot be written: ${error.message}`); // once
    };
    void this.log.beats([], []).then(() => over(null), over);
  }
}
