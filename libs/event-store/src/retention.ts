import type { Clock } from '@conclave/kernel';
import type { EventStore } from './event-store.js';

const EVERY_MS = 600_000;

/** Lets events of a stream go that are older than `keepMs`: now and then, and nobody waits for it. */
export class Retention {
  private triedMs = -Infinity;

  constructor(
    private readonly store: Pick<EventStore, 'expire'>,
    private readonly clock: Clock,
    private readonly stream: string,
    private readonly keepMs: number,
    /** The time that it is for them. */
    private readonly wallMs = () => clock.wallMs(),
  ) {}

  /** Call as often as you like. */
  tick(problem: (message: string) => void): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.triedMs < EVERY_MS) return;
    this.triedMs = nowMs;
    void this.store
      .expire(this.stream, this.keepMs, this.wallMs())
      .catch((error: Error) => problem(`old events of "${this.stream}" cannot be let go: ${error.message}`));
  }
}
