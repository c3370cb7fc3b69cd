import { canonicalText, type NewEvent } from '@conclave/event-store';

/** An event as it is sent: JSON, as bytes, if it is not said otherwise of its data. */
export interface Proposed {
  id: string;
  type: string;
  data: Uint8Array;
  meta: Uint8Array;
  isBinary?: boolean;
}

/** What cannot be JSON throws. */
export function proposedOf({ id, type, data, meta }: NewEvent): Proposed {
  return { id, type, data: bytesOf(data), meta: bytesOf({ ...meta, ...forTheServer(meta) }) };
}

const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(canonicalText(value));

/**
 * Beside our own names those that EventStoreDB's tools and its by-correlation projection look for; no part of
 * the event.
 */
function forTheServer(meta: { correlationId?: unknown; commandId?: unknown }): object {
  const { correlationId, commandId } = meta;
  return {
    ...(correlationId !== undefined && { $correlationId: correlationId }),
    ...(commandId !== undefined && { $causationId: commandId }),
  };
}
