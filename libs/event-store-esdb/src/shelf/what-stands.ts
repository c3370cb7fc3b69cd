import type { RecordedEvent } from '@eventstore/db-client';
import { z } from 'zod';
import { comparePositions, isPosition, type Position } from '@conclave/event-store';

export const [PART, WHOLE, DROPPED] = ['SnapshotPart', 'SnapshotKept', 'SnapshotsDropped'];

const Part = z.object({ part: z.int().min(1) });
const Place = z.object({ position: z.string().refine(isPosition) });
const Whole = Place.extend({ about: z.unknown(), parts: z.int().min(0), bytes: z.int().min(0) });

/** Where it stands: `parts` events before the one of that version, which says that they are all there. */
export type Kept = z.infer<typeof Whole> & { version: number };

/** The last event that is no part. `position`: nothing of less of the log counts. */
export interface Last {
  version: number;
  kept: Kept | null;
  position: Position | null;
}
/** What the stream ends with. */
export interface End {
  head: number;
  isPart: boolean;
  last: Last | null;
}

export const versionOf = ({ revision }: RecordedEvent): number => Number(revision) + 1;
/** Of a part, from 1; of one that does not say so, as if it were the first. */
export const numberOf = ({ metadata }: RecordedEvent): number => Part.safeParse(metadata).data?.part ?? 1;
export const firstOf = ({ version, kept }: Last): number => version - (kept?.parts ?? 0);

/** Of somebody else's event, or one that is not in order, or that knows of what is not written yet, nothing. */
export function whatIs(event: RecordedEvent): Last {
  const version = versionOf(event);
  const isPast = (position: Position): boolean =>
    comparePositions(position, String(event.position!.commit)) < 0;
  const kept = event.type === WHOLE ? Whole.safeParse(event.data).data : undefined;
  if (kept && isPast(kept.position) && kept.parts < version)
    return { version, kept: { ...kept, version }, position: kept.position };
  const dropped = event.type === DROPPED ? Place.safeParse(event.data).data : undefined;
  return { version, kept: null, position: dropped && isPast(dropped.position) ? dropped.position : null };
}
