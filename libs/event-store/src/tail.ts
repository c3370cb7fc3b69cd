import { setTimeout as sleep } from 'node:timers/promises';
import { giveWay, isSliceOver } from '@conclave/kernel';
import { Anchors, type Anchor } from './anchors.js';
import type { Consumer, TailReport } from './consumer.js';
import { Delivery, type Place } from './delivery.js';
import { StoreUnavailable, SubscriptionDropped } from './errors.js';
import { comparePositions, isEvent, type EventStore, type Item, type Position } from './event-store.js';
import { Waiters } from './waiters.js';

/** A store that comes back is followed again within the longer of these. */
const [RETRY_FIRST_MS, RETRY_MOST_MS] = [25, 400];
/** A subscription that broke sooner and brought nothing is resumed like one that never worked. */
const SHORT_LIFE_MS = 1_000;

/**
 * The one way data flows from the log into memory: one subscription, whole appends, consumers in a fixed order. It
 * resumes after a break from the last append applied, and stops for good when a consumer throws: nobody may decide past
 * an event that cannot be read. Between two turns of the event loop every consumer stands between the same two appends.
 */
export class Tail {
  isCaughtUp = false;
  failure: Error | null = null; // an append could not be applied; the tail has stopped there
  taken = 0; // items that came: a number that stands still is a subscription that says nothing
  interruption: Error | null = null; // the store's last problem; null while the subscription runs, or is being resumed
  private readonly stopper = new AbortController();
  private renewal = new AbortController();
  private readonly waiters = new Waiters(() => this.isOver() || this.isReleased);
  private readonly known: Anchors;
  private readonly delivery: Delivery;
  private mustCheck = false;
  isHeld = false; // history is read, but nobody may act on it yet: see `mayGoLive`
  isSuspect = false; // this process stood still: until the log was looked at again it may be another one
  private suspicions = 0;
  private isReleased = false;
  private done: Promise<void> = Promise.resolve();
  private seek: (() => Promise<Place | null>) | null = null;

  constructor(
    private readonly store: EventStore,
    private readonly consumers: readonly Consumer[],
    private readonly report: TailReport,
    isLasting: (stream: string) => boolean = () => true,
    private readonly mayGoLive: () => boolean = () => true,
  ) {
    this.known = new Anchors(isLasting);
    this.delivery = new Delivery(consumers, this.known);
  }

  /** Of the last whole append applied. */
  get position(): Position {
    return this.delivery.position;
  }

  /** From where a snapshot was taken (`isChecked`: its anchors stand), or `seek` says (again, if the store was away), or the beginning. */
  start(from: Place | null = null, isChecked = true, seek: typeof this.seek = null): void {
    this.mustCheck = !isChecked;
    this.seek = from ? null : seek;
    this.delivery.place(from);
    this.done = this.run();
  }

  /** What the log is known again by. */
  get anchors(): Anchor[] {
    return this.known.all;
  }

  /** The log is accepted as it is: consumers act on it from here on. */
  goLive(): void {
    if (this.failure) return;
    [this.isHeld, this.isCaughtUp] = [false, true];
    for (const consumer of this.consumers) consumer.caughtUp?.();
    this.waiters.wake();
  }

  /** Looks whether the log is still the one that was read, before anybody acts on it again. */
  suspect(): void {
    this.isSuspect = this.mustCheck = true;
    this.suspicions++;
    this.resubscribe();
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

  /** True when all up to `position` is applied (of an append all of it), false after `timeoutMs`. */
  async reached(position: Position, timeoutMs: number): Promise<boolean> {
    return this.waiters.until(() => comparePositions(this.position, position) >= 0, timeoutMs);
  }

  /** Waits until `condition` holds, looked at after every append; rejects with what it throws. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    return this.waiters.until(condition, timeoutMs);
  }

  private isOver = (): boolean => this.stopper.signal.aborted || this.failure !== null;
  private async run(): Promise<void> {
    let delayMs = RETRY_FIRST_MS;
    while (!this.isOver()) {
      const [before, beganMs] = [this.position, performance.now()];
      const error = await this.follow();
      if (this.isOver() || !error) return;
      const worked = this.position !== before || performance.now() - beganMs > SHORT_LIFE_MS;
      delayMs = worked ? RETRY_FIRST_MS : Math.min(delayMs * 2, RETRY_MOST_MS);
      if (error instanceof SubscriptionDropped) {
        this.report.dropped(error.reason);
        this.mustCheck ||= error.reason !== 'slow-consumer'; // the server's doing, on a connection that lives
        if (worked) continue;
      } else {
        if (this.interruption === null) this.report.error(error);
        this.interruption = error;
        this.mustCheck = true;
        this.waiters.wake();
      }
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, this.stopper).catch(() => undefined);
    }
  }

  /** One subscription, to its end. What it began of an append comes again with the next one. */
  private async follow(): Promise<Error | null> {
    this.delivery.begin();
    try {
      this.delivery.place((await this.seek?.()) ?? null);
      this.seek = null;
      this.renewal.abort(); // else whoever listens to the last one is kept for good
      this.renewal = new AbortController();
      if (this.mustCheck) await this.checkAnchors();
      if (this.failure) return null;
      const signal = AbortSignal.any([this.stopper.signal, this.renewal.signal]);
      for await (const item of this.store.subscribe(this.position, signal, this.delivery.checkpoint)) {
        this.interruption = null;
        const reading = isEvent(item) ? this.delivery.lookAhead(item) : null;
        if (reading) await reading; // not of nothing: a million times that is a second
        if (!this.take(item)) return null;
        if (isSliceOver()) await giveWay('leases', true); // /healthz is answered meanwhile; leaders wait for this
      }
      if (this.renewal.signal.aborted)
        return new SubscriptionDropped('stalled', 'the subscription delivered nothing');
      return new SubscriptionDropped('ended', 'the subscription ended');
    } catch (error) {
      if (this.seek && !(error instanceof StoreUnavailable)) this.fail(error as Error);
      return error as Error;
    }
  }

  private take(item: Item): boolean {
    this.taken++;
    try {
      if (isEvent(item)) {
        if (this.delivery.isBehind(item)) return this.rewind(`event ${item.id} at position ${item.position}`);
        this.delivery.take(item);
      } else if (item.type === 'passed') this.delivery.pass(item);
      else if (this.isCaughtUp || this.mayGoLive()) this.goLive();
      else this.isHeld = true;
    } catch (error) {
      this.fail(error as Error);
    }
    if (!this.delivery.isAmidst) this.waiters.wake();
    return this.failure === null;
  }

  private fail(error: Error): void {
    this.failure = error;
    this.report.unreadable(error);
    this.waiters.wake();
  }

  /** After the store was away: is it still the same log? A restored backup has lost what was read last. */
  private async checkAnchors(): Promise<void> {
    const [{ signal }, { suspicions }] = [this.stopper, this];
    const moved = await this.known.findMoved(this.store, { begins: () => (this.isSuspect = true), signal });
    if (signal.aborted) return;
    if (moved) this.rewind(moved);
    if (suspicions === this.suspicions) this.mustCheck = this.isSuspect = false;
  }

  private rewind(found: string): false {
    this.failure = new Error(
      `what was read up to position ${this.position} is not in the log any more (${found})`,
    );
    this.report.rewound(this.failure);
    this.waiters.wake();
    return false;
  }
}
