import type {
  AllStreamRecordedEvent,
  AllStreamSubscription,
  Position as LogPosition,
} from '@eventstore/db-client';
import { StoreUnavailable, SubscriptionDropped, type StoreError } from '@conclave/event-store';
import type { Checkpoint } from '../wire/checkpoint.js';
import { dropOf, NoAnswer, storeErrorOf } from '../connection/failures.js';

export const HISTORY_DONE = Symbol('history done');
export type FeedItem = AllStreamRecordedEvent | Checkpoint | typeof HISTORY_DONE;

/**
 * While history is read the server waits for us; live it does not, so then nothing is ever held up (facts 4).
 */
const HISTORY_MOST = 1_000;
export const ASKED = { what: 'following', stream: '$all' };

/**
 * One subscription of the client, made safe: ordered to the end, over for good at the first problem (facts
 * 4).
 */
export class Feed {
  private queue: FeedItem[] = [];
  private failure: StoreError | null = null;
  private wake: () => void = () => undefined;
  private isConfirmed = false;
  private isLive = false;
  /** What the client said while events that come before it were still inside it, and how many. */
  private readonly ahead: { left: number; reach: () => void }[] = [];
  private isIdentifying = false;
  private readonly unconfirmed: NodeJS.Timeout;
  private readonly onAbort = () => this.wake();

  /** `onBroken`: told what the client said, for whoever owns its connection. */
  constructor(
    private readonly source: AllStreamSubscription,
    private readonly signal: AbortSignal,
    confirmMs: number,
    onBroken: (error: Error) => void,
    private readonly identify: (at: LogPosition) => Promise<string | null>,
  ) {
    // Nothing else ends a subscription to a peer that accepts the connection and then says nothing (facts
    // 1.3).
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
    if (event && event.type !== '$streamDeleted') this.queue.push(event);
    for (const said of this.ahead) said.left--;
    while (this.ahead[0]?.left === 0) this.ahead.shift()!.reach();
    if (!this.isLive && this.queue.length >= HISTORY_MOST) this.source.pause();
    this.wake();
  }

  /** Said from inside the client's transform, ahead of events that wait in its buffer. */
  private onceDelivered(reach: () => void): void {
    const left = (this.source as unknown as { readableLength: number }).readableLength;
    if (left === 0) reach();
    else this.ahead.push({ left, reach });
  }

  private historyEndsSoon(): void {
    if (this.isLive || this.failure) return;
    this.isLive = true;
    if (this.source.isPaused()) this.source.resume();
    this.onceDelivered(() => {
      this.queue.push(HISTORY_DONE);
      this.wake();
    });
  }

  /**
   * Everything of ours up to there has been sent. What stands there is looked up, one at a time: the next one
   * will do as well.
   */
  checkpoint(at: LogPosition): void {
    if (this.failure || this.isIdentifying || at.commit === 0n) return;
    this.isIdentifying = true;
    this.onceDelivered(() => void this.pushCheckpoint(at));
  }

  private async pushCheckpoint(at: LogPosition): Promise<void> {
    const id = await this.identify(at).catch(() => null);
    this.isIdentifying = false;
    if (id === null || this.failure) return;
    this.queue.push({ ...at, id });
    this.wake();
  }

  async *items(): AsyncGenerator<FeedItem> {
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
