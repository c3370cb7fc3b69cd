import type { Sign } from '../hearing/roll.js';

/** What other servers should know, the newest of each process: so there are no more of them than processes. */
export class Signs {
  private waiting: Sign[] = [];
  private taken = 0;

  get size(): number {
    return this.waiting.length - this.taken;
  }

  put(sign: Sign): void {
    const { process: of } = sign;
    if (of.sign) Object.assign(of.sign, sign);
    else this.waiting.push((of.sign = sign));
  }

  /** The oldest ones that are not stale. */
  take(most: number, nowMs: number): Sign[] {
    const signs: Sign[] = [];
    while (signs.length < most && this.taken < this.waiting.length) {
      const sign = this.waiting[this.taken++]!;
      const { process: of } = sign;
      of.sign = null;
      if (nowMs - sign.heardMs <= sign.staleMs) signs.push(sign);
    }
    if (this.taken * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.taken);
      this.taken = 0;
    }
    return signs;
  }
}
