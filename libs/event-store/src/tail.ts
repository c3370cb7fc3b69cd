import { setTimeout as sleep } from 'node:timers/promises';
import { anchorOf, findMoved, type Anchor } from './anchors.js';
import { Assembler, type StoredAppend } from './append.js';
import { SubscriptionDropped, type DropReason } from './errors.js';
import { comparePositions, START, type CaughtUp, type EventStore, type Position, type StoredEvent } from './event-store.js';
import { Waiters } from './waiters.js';

/** Something that folds the log, one whole append after the other. Synchronous, so that all see the same order and state. */
export interface Consumer {
  apply(append: StoredAppend): void;
  caughtUp?(): void;
}

export interface TailReport {
  /** The store is away; told once, not at every try. */
  error(problem: Error): void;
  /** A subscription that worked broke and is resumed: no outage. */
  dropped(reason: DropReason): void;
  unreadable(problem: Error): void;
  /** The log is not the one that was read: what was folded must be dropped (DESIGN §9). */
  rewound(problem: Error): void;
}

const RETRY_FIRST_MS = 25;
/** A store that comes back is followed again within this time. */
const RETRY_MOST_MS = 400;
/** A subscription that broke sooner and brought nothing is resumed like one that never worked. */
const SHORT_LIFE_MS = 1_000;

/**
 * The one way data flows from the log into memory: one subscription, whole appends, consumers in a fixed order. It
 * resumes after a break from the last append applied, and stops for good when a consumer throws: nobody may decide past
 * an event that cannot be read. Between two turns of the event loop every consumer stands between the same two appends.
 */
export class Tail {
  /** Of the last whole append applied. */
  position: Position = START;
  isCaughtUp = false;
  /** Set once an append could not be applied; the tail has stopped there. */
  failure: Error | null = null;
  /** The store's last problem, null while the subscription runs or is being resumed. */
  interruption: Error | null = null;
  private readonly stopper = new AbortController();
  private renewal = new AbortController();
  private readonly assembler = new Assembler();
  private readonly waiters = new Waiters(() => this.failure !== null || this.isReleased || this.stopper.signal.aborted);
  /** The last event read, and the last of a stream that is never truncated: if one is gone, so is the log that it was in. */
  private last: Anchor | null = null;
  private lasting: Anchor | null = null;
  private mustCheck = false;
  /** History is read, but nobody may act on it yet: see `mayGoLive`. */
  isHeld = false;
  /** This process stood still: until the log was looked at again it may be another one. */
  isSuspect = false;
  private isReleased = false;
  private done: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly consumers: readonly Consumer[],
    private readonly report: TailReport,
    private readonly isLasting: (stream: string) => boolean = () => true,
    private readonly mayGoLive: () => boolean = () => true,
  ) {}

  /** `anchors`: of a restored snapshot, oldest first; the log is read from behind the last one. */
  start(from: Position = START, anchors: readonly Anchor[] = []): void {
    this.position = from;
    for (const anchor of anchors) this.note(anchor);
    this.done = this.run();
  }

  /** What the log is known again by. */
  get anchors(): Anchor[] {
    return [...new Set([this.lasting, this.last])].filter((anchor) => anchor !== null);
  }

  /** The log is accepted as it is: consumers act on it from here on. */
  goLive(): void {
    this.isHeld = false;
    this.isCaughtUp = true;
    for (const consumer of this.consumers) consumer.caughtUp?.();
    this.waiters.wake();
  }

  /** Looks whether the log is still the one that was read, before anybody acts on it again. */
  suspect(): void {
    this.isSuspect = this.mustCheck = true;
    this.resubscribe();
  }

  private note(anchor: Anchor): void {
    this.last = anchor;
    if (this.isLasting(anchor.stream)) this.lasting = anchor;
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.done;
    this.waiters.wake();
  }

  /** Everybody who waits is answered now, with what is true now. */
  release(): void {
    this.isReleased = true;
    this.waiters.wake();
  }

  /** Gives up a subscription that delivers nothing and says nothing, for a new one. */
  resubscribe(): void {
    this.renewal.abort();
  }

  /** True when everything up to `position` is applied, false after `timeoutMs`; inside an append: up to its end. */
  async reached(position: Position, timeoutMs: number): Promise<boolean> {
    return this.waiters.until(() => comparePositions(this.position, position) >= 0, timeoutMs);
  }

  /** Waits until `condition` holds; it is looked at after every applied append. Rejects with what it throws. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.waiters.until(condition, timeoutMs);
  }

  private async run(): Promise<void> {
    let delayMs = RETRY_FIRST_MS;
    while (!this.stopper.signal.aborted && !this.failure) {
      const before = this.position;
      const beganMs = performance.now();
      const error = await this.follow();
      if (this.stopper.signal.aborted || this.failure || !error) return;
      const worked = this.position !== before || performance.now() - beganMs > SHORT_LIFE_MS;
      delayMs = worked ? RETRY_FIRST_MS : Math.min(delayMs * 2, RETRY_MOST_MS);
      if (error instanceof SubscriptionDropped) {
        this.report.dropped(error.reason);
        this.mustCheck ||= error.reason !== 'slow-consumer'; // that one is the server's doing, on a connection that lives
        if (worked) continue;
      } else {
        if (this.interruption === null) this.report.error(error);
        this.interruption = error;
        this.mustCheck = true;
        this.waiters.wake();
      }
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal: this.stopper.signal }).catch(() => undefined);
    }
  }

  /** One subscription, to its end. What it began of an append comes again with the next one. */
  private async follow(): Promise<Error | null> {
    this.assembler.reset();
    this.renewal = new AbortController();
    try {
      if (this.mustCheck) await this.checkAnchors();
      if (this.failure) return null;
      for await (const item of this.store.subscribe(this.position, AbortSignal.any([this.stopper.signal, this.renewal.signal]))) {
        this.interruption = null;
        if (!this.take(item)) return null;
      }
      if (this.renewal.signal.aborted) return new SubscriptionDropped('stalled', 'the subscription delivered nothing');
      return new SubscriptionDropped('ended', 'the subscription ended');
    } catch (error) {
      return error as Error;
    }
  }

  private take(item: StoredEvent | CaughtUp): boolean {
    try {
      if (item.type === 'caught-up' && !('stream' in item)) {
        if (this.isCaughtUp || this.mayGoLive()) this.goLive();
        else this.isHeld = true;
      } else {
        const event = item as StoredEvent;
        if (comparePositions(event.position, this.position) < 0) return this.rewind(`event ${event.id} at position ${event.position}`);
        const append = this.assembler.take(event);
        if (!append) return true;
        for (const consumer of this.consumers) consumer.apply(append);
        this.position = append.position;
        this.note(anchorOf(event));
      }
    } catch (error) {
      this.failure = error as Error;
      this.report.unreadable(this.failure);
    }
    this.waiters.wake();
    return this.failure === null;
  }

  /** After the store was away: is it still the same log? A restored backup has lost what was read last. */
  private async checkAnchors(): Promise<void> {
    const moved = await findMoved(this.store, this.anchors, this.isLasting);
    if (moved) this.rewind(moved);
    this.mustCheck = this.isSuspect = false;
  }

  private rewind(found: string): false {
    this.failure = new Error(`what was read up to position ${this.position} is not in the log any more (${found})`);
    this.report.rewound(this.failure);
    this.waiters.wake();
    return false;
  }
}
