import { StoreUnavailable } from '@conclave/event-store';
import type { Node } from './node.js';

const MOST_MS = 2_000;

/**
 * That this server has read all that was written before it was asked. A node of a cluster that is not the leader any more, and
 * does not know it yet, answers reads from its own log; nothing that is written there comes back (facts 12).
 */
export class Proof {
  private running: Promise<void> = Promise.resolve();
  /** Not begun yet: whoever asks now may share it. */
  private next: Promise<void> | null = null;

  constructor(private readonly node: Pick<Node, 'store' | 'presence' | 'tail' | 'clock'>) {}

  /** Rejects with StoreUnavailable if that cannot be told. */
  async ofNow(): Promise<void> {
    if (this.node.store.staleMs === 0) return;
    this.next ??= this.after(this.running);
    await this.next;
  }

  private async after(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined);
    this.next = null;
    await (this.running = this.prove());
  }

  private async prove(): Promise<void> {
    const { presence, tail, clock } = this.node;
    const fromMs = clock.monotonicMs();
    await presence.speak();
    if (await tail.until(() => presence.provedSinceMs() >= fromMs, MOST_MS)) return;
    throw new StoreUnavailable(
      'what this server writes does not come back from the store: what it reads there may be old',
    );
  }
}
