import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { NewEvent, StoredEvent } from '@conclave/event-store';

export type Recorded = RecordedEvent | AllStreamRecordedEvent;

/** An event as it is sent: JSON, as bytes. */
export interface Proposed {
  id: string;
  type: string;
  data: Uint8Array;
  meta: Uint8Array;
}

/** What cannot be JSON throws. */
export function proposedOf({ id, type, data, meta }: NewEvent): Proposed {
  return { id, type, data: bytesOf(data), meta: bytesOf({ ...meta, ...forTheServer(meta) }) };
}

const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Beside our own names those that EventStoreDB's tools and its by-correlation projection look for; no part of the event. */
function forTheServer(meta: { correlationId?: unknown; commandId?: unknown }): object {
  const { correlationId, commandId } = meta;
  return { ...(correlationId !== undefined && { $correlationId: correlationId }), ...(commandId !== undefined && { $causationId: commandId }) };
}

/** What others write may have any form; ours has always this one. */
const objectOf = (metadata: unknown): Record<string, unknown> =>
  typeof metadata === 'object' && metadata !== null && !(metadata instanceof Uint8Array) ? (metadata as Record<string, unknown>) : {};

export function storedEventOf(event: Recorded, prefix: string): StoredEvent {
  const { $correlationId: _, $causationId: __, ...meta } = objectOf(event.metadata);
  return {
    stream: event.streamId.slice(prefix.length),
    version: Number(event.revision) + 1,
    position: String(event.position!.commit),
    id: event.id,
    type: event.type,
    data: event.data as object,
    meta,
  };
}
