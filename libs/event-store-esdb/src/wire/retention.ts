import { randomUUID } from 'node:crypto';
import type { RecordedEvent } from '@eventstore/db-client';
import { VersionConflict } from '@conclave/event-store';
import { proposedOf, type Proposed } from '../appending/proposed.js';

const ATTEMPTS = 10;

/** A stream's metadata stream, `$$name`. */
export interface MetadataStream {
  last: () => Promise<RecordedEvent | undefined>;
  append: (version: number, event: Proposed) => Promise<unknown>;
}

/** What of the document is to be otherwise; null if all is as it should be. */
export type Change = (present: Record<string, unknown>) => object | null;

/**
 * A write replaces the whole document (facts 5): read, change, write at the version that was read. Not with
 * `setStreamMetadata`: it makes a new event id for each try.
 */
export async function changeMetadata({ last, append }: MetadataStream, change: Change): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const recorded = await last();
    const present = (recorded?.isJson && typeof recorded.data === 'object' ? recorded.data : {}) as Record<
      string,
      unknown
    >;
    // The number of a deleted stream cannot be written back: no JSON number of ours can hold it.
    const changed = Number(present.$tb ?? 0) > Number.MAX_SAFE_INTEGER ? null : change(present);
    if (changed === null) return;
    const event = proposedOf({
      id: randomUUID(),
      type: '$metadata',
      data: { ...present, ...changed },
      meta: {},
    });
    try {
      await append(recorded ? Number(recorded.revision) + 1 : 0, event);
      return;
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
