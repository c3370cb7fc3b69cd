import type { AllStreamRecordedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { StoreUnavailable, SubscriptionDropped, type StoreError } from '@conclave/event-store';
import { dropOf, NoAnswer, storeErrorOf } from './failures.js';

export const HISTORY_DONE = Symbol('history done');
type Item = AllStreamRecordedEvent | typeof HISTORY_DONE;

/** While history is read the server waits for us; live it does not, so then nothing is ever held up (facts 4). */
const HISTORY_MOST = 1_000;
const ASKED = { what: 'following', stream: '$all' };

/** One subscription of the client, made safe: ordered to the end, over for good at the first problem (facts 4). */
export class Feed {
  private queue: Item[] = [];
  private failure: StoreError | null = null;
  private wake: () => void = () => undefined;
  private isConfirmed = false;
  private isLive = false;
  /** Events of history still inside the client when it said `caughtUp`; null before that. */
  private historyLeft: number | null = null;
  private readonly unconfirmed: NodeJS.Timeout;
  private readonly onAbort = () => this.wake();

  /** `onBroken`: told what the client said, for whoever owns its connection. */
  constructor(
    private readonly source: AllStreamSubscription,
    private readonly signal: AbortSignal,
    confirmMs: number,
    onBroken: (error: Error) => void,
  ) {
    // Nothing else ends a subscription to a peer that accepts the connection and then says nothing (facts 1.3).
    const late = new NoAnswer(`no answer within ${confirmMs} ms`);
    this.unconfirmed = setTimeout(() => {
      onBroken(late);
      this.fail(storeErrorOf(late, ASKED));
    }, confirmMs);
    signal.addEventListener('abort', this.onAbort, { once: true });
    source
      .on('confirmation', () => {
        clearTimeout(this.unconfirmed);
        this.isConfirmed = true;
      })
      .on('data', ({ event }) => this.take(event))
      .on('caughtUp', () => this.historyEndsSoon())
      // Never removed: an error that nobody listens to ends the process (facts 0.4).
      .on('error', (error: Error) => {
        onBroken(error);
        this.fail(this.isConfirmed ? dropOf(error) : storeErrorOf(error, ASKED));
      })
      .on('end', () => this.ended('EventStoreDB ended the subscription'))
      .on('close', () => this.ended('EventStoreDB closed the subscription'));
  }

  fail(error: StoreError): void {
    clearTimeout(this.unconfirmed);
    this.failure ??= error;
    this.wake();
  }

  /** Dropped by the server's own rule: the connection it ran on works. */
  get wasTooSlow(): boolean {
    return this.failure instanceof SubscriptionDropped && this.failure.reason === 'slow-consumer';
  }

  private ended(how: string): void {
    this.fail(this.isConfirmed ? new SubscriptionDropped('ended', how) : new StoreUnavailable(how));
  }

  /** The client goes on delivering what it had buffered after an error; that is not ours any more. */
  private take(event: AllStreamRecordedEvent | undefined): void {
    if (this.failure) return;
    // A stream's tombstone and links carry a system type in an ordinary stream.
    if (event && !event.type.startsWith('$')) this.queue.push(event);
    if (this.historyLeft !== null && --this.historyLeft === 0) this.queue.push(HISTORY_DONE);
    if (!this.isLive && this.queue.length >= HISTORY_MOST) this.source.pause();
    this.wake();
  }

  /** Said from inside the client's transform, ahead of events that wait in its buffer: those are history too. */
  private historyEndsSoon(): void {
    if (this.historyLeft !== null || this.failure) return;
    this.isLive = true;
    if (this.source.isPaused()) this.source.resume();
    this.historyLeft = (this.source as unknown as { readableLength: number }).readableLength;
    if (this.historyLeft === 0) this.queue.push(HISTORY_DONE);
    this.wake();
  }

  async *items(): AsyncGenerator<Item> {
    while (!this.signal.aborted) {
      const batch = this.queue;
      this.queue = [];
      for (const item of batch) {
        if (this.signal.aborted) return;
        yield item;
      }
      if (this.queue.length > 0) continue;
      if (this.failure) throw this.failure;
      if (this.source.isPaused()) this.source.resume();
      if (this.signal.aborted) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Leaving the loop does not cancel the call (facts 0.3); cancelling one that never connected rejects. */
  stop(): void {
    this.fail(new StoreUnavailable('the subscription is over'));
    this.signal.removeEventListener('abort', this.onAbort);
    this.source.unsubscribe().catch(() => undefined);
  }
}
