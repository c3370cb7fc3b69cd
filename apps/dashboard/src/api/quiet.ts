/** How long nothing was heard, by the clock that says more: one may stand while a machine sleeps, the other one is set by people. */
export class Quiet {
  private at = times();

  hear(): void {
    this.at = times();
  }
  get ms(): number {
    const now = times();
    return Math.max(now.monotonic - this.at.monotonic, now.wall - this.at.wall);
  }
}

const times = (): { monotonic: number; wall: number } => ({ monotonic: performance.now(), wall: Date.now() });
