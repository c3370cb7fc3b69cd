/** So many at once, then one in a while: what goes on all day must not fill the store. */
export class Budget {
  private left: number;

  constructor(
    private readonly atOnce: number,
    private readonly againMs: number,
    private filledMs: number,
  ) {
    this.left = atOnce;
  }

  /** False if nothing is left of it. `nowMs`: monotonic. */
  spend(nowMs: number): boolean {
    const gained = Math.floor((nowMs - this.filledMs) / this.againMs);
    this.left = Math.min(this.atOnce, this.left + gained);
    this.filledMs += gained * this.againMs;
    if (this.left === 0) return false;
    this.left--;
    return true;
  }
}
