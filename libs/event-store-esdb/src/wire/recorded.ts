import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { StoredEvent } from '@conclave/event-store';

export type Recorded = RecordedEvent | AllStreamRecordedEvent;

/** What others write may have any form; ours has always this one. */
const objectOf = (metadata: unknown): Record<string, unknown> =>
  typeof metadata === 'object' && metadata !== null && !(metadata instanceof Uint8Array)
    ? (metadata as Record<string, unknown>)
    : {};

export function storedEventOf(event: Recorded, prefix: string): StoredEvent {
  const { $correlationId: _, $causationId: __, ...meta } = objectOf(event.metadata);
  return {
    stream: event.streamId.slice(prefix.length),
    version: Number(event.revision) + 1,
    position: String(event.position!.commit),
    id: event.id,
    type: event.type,
    data: (event.data ?? 'null') as object, // of others; nobody need expect that there is nothing
    meta,
  };
}
