import { randomUUID } from 'node:crypto';
import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import { VersionConflict } from '@conclave/event-store';

const ATTEMPTS = 10;

/** A stream's metadata stream, `$$name`. */
export interface MetadataStream {
  last: () => Promise<RecordedEvent | undefined>;
  append: (version: number, event: EventData) => Promise<unknown>;
}

/**
 * `$tb` hides revisions below it. A write replaces the whole document (facts 5): read, change, write at the version
 * that was read. Not with `setStreamMetadata`: it makes a new event id for each try.
 */
export async function raiseTruncateBefore(truncateBefore: number, { last, append }: MetadataStream): Promise<void> {
  for (let attempt = 1; truncateBefore > 0; attempt++) {
    const recorded = await last();
    const present = (recorded?.isJson && typeof recorded.data === 'object' ? recorded.data : {}) as { $tb?: number };
    // Never back, and never rewrite the number of a deleted stream, which no JSON number of ours can hold.
    if ((present.$tb ?? 0) >= truncateBefore) return;
    const event = jsonEvent({ id: randomUUID(), type: '$metadata', data: { ...present, $tb: truncateBefore } });
    try {
      await append(recorded ? Number(recorded.revision) + 1 : 0, event);
      return;
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
