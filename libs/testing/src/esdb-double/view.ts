import type { DoubleLog, Recorded } from './double-log.js';

/** What one node has of the log: all of it, or, if it follows another, what reached it so far. */
export class View {
  readonly followers = new Set<() => void>();
  /** Records that subscriptions have looked at. */
  scanned = 0;
  /** Position of the last record it has; null: it is always up to date. */
  private horizon: bigint | null = null;

  constructor(readonly log: DoubleLog) {
    log.followers.add(() => {
      if (this.horizon === null) this.wake();
    });
  }

  shows({ position }: Recorded): boolean {
    return this.horizon === null || position <= this.horizon;
  }

  /** Subscriptions that run get nothing any more and are told nothing; new ones work. */
  mute(): void {
    this.followers.clear();
  }

  /** From now on it has nothing new, until {@link reach} or {@link lead}. */
  freeze(): void {
    this.horizon ??= this.end;
  }

  /** It has everything up to here. */
  reach(position: bigint): void {
    if (this.horizon === null || position <= this.horizon) return;
    this.horizon = position;
    this.wake();
  }

  /** It has everything at once. */
  lead(): void {
    this.horizon = null;
    this.wake();
  }

  /** How many records it has. */
  get shown(): number {
    return this.horizon === null ? this.log.all.length : this.log.indexFrom(this.horizon + 1n);
  }

  get end(): bigint {
    return this.log.all.at(-1)?.position ?? 0n;
  }

  private wake(): void {
    for (const follower of this.followers) follower();
  }
}
