import { StoreUnavailable, type StoredEvent } from '@conclave/event-store';

/** Of what was read a part is gone: it is no history, and nobody may sign it, copy it, or judge by it. */
export const brokenOff = (stream: string, version: number): StoreUnavailable =>
  new StoreUnavailable(
    `event ${version} of stream "${stream}" is not there any more: history was sealed while it was read. ` +
      'Ask again; if that does not help, the store was changed: verify.',
  );

/**
 * The events of one stream from a version on, up to another one if that is named, and none left out: a store lets go of what
 * is sealed while somebody reads it. Throws StoreUnavailable where one is missing.
 */
export async function* unbroken(
  events: AsyncIterable<StoredEvent>,
  from: number,
  to: number | null = null,
): AsyncGenerator<StoredEvent> {
  let next = from;
  let stream = '';
  for await (const event of events) {
    if (to !== null && event.version > to) break;
    ({ stream } = event);
    if (event.version !== next++) throw brokenOff(stream, next - 1);
    yield event;
  }
  if (to !== null && next <= to) throw brokenOff(stream, next);
}
