import { anchorOf, isOwn, type Anchor, type Anchors } from './anchors.js';
import { Assembler, type StoredAppend } from './append.js';
import type { Consumer } from './consumer.js';
import { comparePositions, START, type Passed, type Position, type StoredEvent } from './event-store.js';

/** Where a tail begins; `anchors`: what the log is known again by, oldest first. */
export type Place = { position: Position; anchors: readonly Anchor[]; checkpoint: string | null };

/** Hands whole appends to consumers in a fixed order, and knows how far they are. */
export class Delivery {
  /** Of the last whole append applied. */
  position: Position = START;
  /** The last one after `position`. */
  checkpoint: string | null = null;
  private readonly assembler = new Assembler();

  constructor(
    private readonly consumers: readonly Consumer[],
    private readonly known: Anchors,
  ) {}

  /** Null: where it stands. */
  place(at: Place | null): void {
    if (!at) return;
    [this.position, this.checkpoint] = [at.position, at.checkpoint];
    for (const anchor of at.anchors) this.known.note(anchor);
  }

  /** What was begun of an append comes again. */
  begin(): void {
    this.assembler.reset();
  }

  /** Throws what a consumer throws. */
  take(event: StoredEvent): void {
    this.assembler.take(event).forEach((append) => this.apply(append));
  }

  /** What consumers must read before they can take the event. */
  lookAhead(event: StoredEvent): Promise<void> | null {
    for (const consumer of this.consumers) {
      const reading = consumer.lookAhead?.(event);
      if (reading) return reading;
    }
    return null;
  }

  /** True if the event stands before what was applied already: the log was put back. */
  isBehind({ position }: StoredEvent): boolean {
    return comparePositions(position, this.position) < 0;
  }

  get isAmidst(): boolean {
    return this.assembler.isAmidst;
  }

  private apply(append: StoredAppend): void {
    for (const consumer of this.consumers) consumer.apply(append);
    this.position = append.position;
    this.checkpoint = null;
    const last: StoredEvent = append.events.at(-1)!;
    if (isOwn(last) && !append.torn) this.known.note(anchorOf(last));
  }

  /** Between two appends only: what was begun of one must come again. */
  pass({ position, checkpoint }: Passed): void {
    if (this.isAmidst || comparePositions(position, this.position) <= 0) return;
    this.checkpoint = checkpoint;
    for (const consumer of this.consumers) consumer.passed?.(checkpoint);
  }
}
