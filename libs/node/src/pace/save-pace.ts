/** A term is kept at once (`noteAtOnce`); all else may be so old after a crash. */
const SAVE_EVERY_MS = 1_000;
/** Where only signs of life were read since. */
const SAVE_IDLE_MS = 5_000;
/** Saving may take this part of the time: with very many groups it happens less often. */
const SAVE_SHARE = 0.05;

/** When what is known is worth being saved again. */
export class SavePace {
  private isDirty = false;
  private isIdle = true;
  private savedMs = -Infinity;
  /** How long the last save took. */
  tookMs = 0;

  /** Something was read; `isIdle`: only a sign of life. */
  note(isIdle: boolean): void {
    this.isDirty = true;
    this.isIdle &&= isIdle;
  }

  /** True if it is time; `isLast`: if there is anything at all. */
  isDue(nowMs: number, isLast: boolean): boolean {
    const restMs = Math.max(this.isIdle ? SAVE_IDLE_MS : SAVE_EVERY_MS, this.tookMs / SAVE_SHARE);
    return this.isDirty && (isLast || nowMs - this.savedMs >= restMs);
  }

  /** It was tried; `isKept`: and it worked. */
  tried(nowMs: number, isKept: boolean): void {
    this.savedMs = nowMs;
    this.isDirty = !isKept;
    this.isIdle ||= isKept;
  }
}
