import type { Position, StoredEvent } from './event-store.js';

/**
 * Place of an event in the append that wrote it; stands in its `meta`, so that any reader knows where an
 * append ends.
 */
export interface Part {
  index: number;
  of: number;
}

/**
 * What one append wrote: whole, in order. Nobody may act on, show or wait for anything between its events.
 */
export interface StoredAppend {
  readonly stream: string;
  readonly events: readonly StoredEvent[];
  /** Of its last event: what a reader of the whole append has read up to. */
  readonly position: Position;
  /** It is not whole, and why. */
  readonly torn?: TornAppend;
}

/** An event that says nothing of its place, or nothing that can be, is an append of its own. */
export function partOf({ meta }: { meta: object }): Part {
  const { index, of } = (meta as { part?: Partial<Part> | null }).part ?? {};
  const isPlace = Number.isInteger(index) && Number.isInteger(of) && index! >= 0 && index! < of!;
  return isPlace ? { index: index!, of: of! } : { index: 0, of: 1 };
}

/**
 * The log has an append that is not whole: events are missing, or somebody else wrote into it. Nobody may
 * read its stream past it.
 */
export class TornAppend extends Error {
  readonly code = 'append-torn';
  /** `problem`: what is wrong with the event. */
  constructor(
    { stream, version }: StoredEvent,
    readonly problem: string,
  ) {
    super(`event ${version} of stream "${stream}" cannot be read: ${problem}`);
  }
}

/**
 * Puts events that arrive one by one together into whole appends: a store may deliver one append in pieces,
 * with time between them. What was begun is forgotten with {@link reset}, when the store is read again from
 * the last whole one.
 */
export class Assembler {
  private begun: StoredEvent[] = [];

  /** What this event completes: mostly one append or none; before it what it tore. */
  take(event: StoredEvent): StoredAppend[] {
    const { index, of } = partOf(event);
    const last = this.begun.at(-1);
    const follows =
      !last || (event.stream === last.stream && event.version === last.version + 1 && partOf(last).of === of);
    if (follows && index === this.begun.length) {
      this.begun.push(event);
      return index + 1 < of ? [] : [appendOf(this.letGo())];
    }
    const torn = tornAt(event, last);
    if (!last || event.stream === last.stream) return [appendOf([...this.letGo(), event], torn)];
    return [appendOf(this.letGo(), torn), ...this.take(event)];
  }

  private letGo(): StoredEvent[] {
    const events = this.begun;
    this.begun = [];
    return events;
  }

  /** True between the events of an append. */
  get isAmidst(): boolean {
    return this.begun.length > 0;
  }

  reset(): void {
    this.begun = [];
  }
}

function appendOf(events: readonly StoredEvent[], torn?: TornAppend): StoredAppend {
  const { stream, position } = events.at(-1)!;
  return { stream, events, position, ...(torn && { torn }) };
}

function tornAt(event: StoredEvent, last: StoredEvent | undefined): TornAppend {
  const placeOf = (one: StoredEvent): string => `part ${partOf(one).index + 1} of ${partOf(one).of}`;
  const isNext = last?.stream === event.stream;
  const between =
    last &&
    `its append broke off after ${placeOf(last)}${isNext ? `; event ${event.version} is ${placeOf(event)}` : ''}`;
  return new TornAppend(
    last ?? event,
    between ?? `it is ${placeOf(event)} of an append whose beginning is not there`,
  );
}

/**
 * Whole appends of a stream read in order. One that is not complete at the end of the read is left out: it
 * was not yet. Throws {@link TornAppend}.
 */
export async function* wholeAppends(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredAppend> {
  const assembler = new Assembler();
  for await (const event of events) {
    for (const append of assembler.take(event)) {
      if (append.torn) throw append.torn;
      yield append;
    }
  }
}

/**
 * Throws a TypeError unless the events are whole appends, one after the other; what a store asks of its
 * writers.
 */
export function checkWhole(events: readonly { meta: object }[]): void {
  if (events.length === 0) throw new TypeError('an append needs at least one event');
  let expected = 0;
  let total = 1;
  for (const event of events) {
    const { index, of } = partOf(event);
    if (index !== expected || (index > 0 && of !== total))
      throw new TypeError('an append of several events must say the part of each in its meta');
    total = of;
    expected = index + 1 === of ? 0 : index + 1;
  }
  if (expected !== 0) throw new TypeError('an append must be written whole');
}
