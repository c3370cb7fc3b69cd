import type { ProcessId } from '@conclave/election';
import type { Process } from '../hearing/roll.js';

/** A beat of who holds no term, or says nothing of it, as it is to be written down: it proves life. */
export interface Sign {
  readonly about: ProcessId;
  readonly process: Process;
  sequence: number;
  /** How far that is above what the runner says it has seen answered. */
  unanswered: number;
  heardMs: number;
  /** Older than this it is not written any more: it would prove life at a time when nobody was heard. */
  staleMs: number;
}

/** What other servers should know, the newest of each process: so there are no more of them than processes. */
export class Signs {
  private waiting: Sign[] = [];
  private taken = 0;

  get size(): number {
    return this.waiting.length - this.taken;
  }

  put(sign: Sign): void {
    const { process } = sign;
    if (process.sign) Object.assign(process.sign, sign);
    else this.waiting.push((process.sign = sign));
  }

  /** The oldest ones that are not stale. */
  take(most: number, nowMs: number): Sign[] {
    const signs: Sign[] = [];
    while (signs.length < most && this.taken < this.waiting.length) {
      const sign = this.waiting[this.taken++]!;
      sign.process.sign = null;
      if (nowMs - sign.heardMs <= sign.staleMs) signs.push(sign);
    }
    if (this.taken * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.taken);
      this.taken = 0;
    }
    return signs;
  }
}
