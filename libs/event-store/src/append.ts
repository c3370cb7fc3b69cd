import type { Position, StoredEvent } from './event-store.js';

/** Place of an event in the append that wrote it; stands in its `meta`, so that any reader knows where an append ends. */
export interface Part {
  index: number;
  of: number;
}

/** What one append wrote: whole, in order. Nobody may act on, show or wait for anything between its events. */
export interface StoredAppend {
  readonly stream: string;
  readonly events: readonly StoredEvent[];
  /** Of its last event: what a reader of the whole append has read up to. */
  readonly position: Position;
}

/** An event that says nothing of its place is an append of its own. */
export const partOf = ({ meta }: { meta: object }): Part => (meta as { part?: Part }).part ?? { index: 0, of: 1 };

/** The log has an append that is not whole: events are missing, or somebody else wrote into it. Nobody may read past it. */
export class TornAppend extends Error {
  readonly code = 'append-torn';
}

/**
 * Puts events that arrive one by one together into whole appends: a store may deliver one append in pieces, with time
 * between them. What was begun is forgotten with {@link reset}, when the store is read again from the last whole one.
 */
export class Assembler {
  private begun: StoredEvent[] = [];

  /** The append that this event completes, or null. Throws {@link TornAppend}. */
  take(event: StoredEvent): StoredAppend | null {
    const { index, of } = partOf(event);
    const last = this.begun.at(-1);
    const follows = last ? event.stream === last.stream && event.version === last.version + 1 && partOf(last).of === of : true;
    if (!follows || index !== this.begun.length || index >= of) throw tornAt(event, last);
    this.begun.push(event);
    if (index + 1 < of) return null;
    const events = this.begun;
    this.begun = [];
    return { stream: event.stream, events, position: event.position };
  }

  /** True between the events of an append. */
  get isAmidst(): boolean {
    return this.begun.length > 0;
  }

  reset(): void {
    this.begun = [];
  }
}

function tornAt(event: StoredEvent, last: StoredEvent | undefined): TornAppend {
  const { index, of } = partOf(event);
  const found = `event ${event.version} of stream "${event.stream}" is part ${index + 1} of ${of} of its append`;
  const before = last ? `, after part ${partOf(last).index + 1} of ${partOf(last).of} in stream "${last.stream}" at version ${last.version}` : '';
  return new TornAppend(`${found}${before}: the log has lost a part of an append. Restore it from a backup.`);
}

/** Whole appends of a stream read in order. One that is not complete at the end of the read is left out: it was not yet. */
export async function* wholeAppends(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredAppend> {
  const assembler = new Assembler();
  for await (const event of events) {
    const append = assembler.take(event);
    if (append) yield append;
  }
}

/** Throws a TypeError unless the events are whole appends, one after the other; what a store asks of its writers. */
export function checkWhole(events: readonly { meta: object }[]): void {
  if (events.length === 0) throw new TypeError('an append needs at least one event');
  let expected = 0;
  let total = 1;
  for (const event of events) {
    const { index, of } = partOf(event);
    if (index !== expected || (index > 0 && of !== total)) throw new TypeError('an append of several events must say the part of each in its meta');
    total = of;
    expected = index + 1 === of ? 0 : index + 1;
  }
  if (expected !== 0) throw new TypeError('an append must be written whole');
}
