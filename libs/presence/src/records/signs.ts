import type { ProcessId } from '@conclave/election';
import type { Process } from '../hearing/roll.js';

/** A beat of who holds no term, or says nothing of it, as it is written down: it proves life. */
export interface Sign {
  readonly about: ProcessId;
  readonly process: Process;
  readonly sequence: number;
  /** How far that is above what the runner says it has seen answered. */
  readonly unanswered: number;
}

/**
 * What other servers should know, the newest of each process: so there are no more of them than processes. It stands in the
 * process itself: things that are made for it, and live until it is written, would fill the memory of what lives long.
 */
export class Signs {
  private waiting: Process[] = [];
  private taken = 0;

  get size(): number {
    return this.waiting.length - this.taken;
  }

  /** `staleMs`: older than this it is not written any more: it would prove life at a time when nobody was heard. */
  put(
    beat: ProcessId & { sequence: number },
    of: Process,
    unanswered: number,
    heardMs: number,
    staleMs: number,
  ): void {
    if (of.signOf === null) this.waiting.push(of);
    of.signOf = beat;
    of.signSequence = beat.sequence;
    of.signUnanswered = unanswered;
    of.signHeardMs = heardMs;
    of.signStaleMs = staleMs;
  }

  /** The oldest ones that are not stale. */
  take(most: number, nowMs: number): Sign[] {
    const signs: Sign[] = [];
    while (signs.length < most && this.taken < this.waiting.length) {
      const of = this.waiting[this.taken++]!;
      const { signOf, signSequence: sequence, signUnanswered: unanswered, signHeardMs, signStaleMs } = of;
      of.signOf = null;
      if (nowMs - signHeardMs <= signStaleMs)
        signs.push({ about: signOf!, process: of, sequence, unanswered });
    }
    if (this.taken * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.taken);
      this.taken = 0;
    }
    return signs;
  }
}
