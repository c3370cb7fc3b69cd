import { jsonEvent, type AllStreamRecordedEvent, type EventData, type JSONType, type RecordedEvent } from '@eventstore/db-client';
import type { NewEvent, StoredEvent } from '@conclave/event-store';

export type Recorded = RecordedEvent | AllStreamRecordedEvent;

/**
 * What cannot be JSON throws here: inside the client it would be an unhandled rejection (facts 0.2). The client turns
 * `data` into text once more; `meta` it takes as bytes.
 */
export function eventDataOf({ id, type, data, meta }: NewEvent): EventData {
  const metadata = new TextEncoder().encode(JSON.stringify({ ...meta, ...forTheServer(meta) }));
  return jsonEvent({ id, type, data: JSON.parse(JSON.stringify(data)) as JSONType, metadata });
}

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
