import {
  FORWARDS,
  START as FROM_START,
  type EventStoreDBClient,
  type Position as LogPosition,
} from '@eventstore/db-client';
import { START, type Position } from '@conclave/event-store';

/**
 * Where the server says that it has looked: both numbers, since such a place need not be the start of a
 * record (facts 4).
 */
export interface Checkpoint extends LogPosition {
  /** Id of the first record from there on: as long as it is there, the log is the same up to it. */
  id: string;
}

export const textOf = ({ commit, prepare, id }: Checkpoint): string => `${commit}/${prepare}/${id}`;

function checkpointOf(text: string): Checkpoint {
  const [commit, prepare, id] = text.split('/') as [string, string, string];
  return { commit: BigInt(commit), prepare: BigInt(prepare), id };
}

/** Id of the first record from a position on, whoever wrote it; null if there is none. */
export async function idFrom(client: EventStoreDBClient, fromPosition: LogPosition): Promise<string | null> {
  const read = client.readAll({ fromPosition, direction: FORWARDS, maxCount: 1 });
  try {
    for await (const { event } of read) return event?.id ?? null;
    return null;
  } finally {
    read.cancel().catch(() => undefined);
  }
}

/**
 * Where a subscription begins. In a log that was restored a checkpoint may lie beyond the end, or amidst a
 * record, or behind events of ours that came in place of what was lost: then it begins at our own last event,
 * which costs time only.
 */
export async function beginning(
  client: EventStoreDBClient,
  from: Position,
  checkpoint: string | null,
): Promise<LogPosition | typeof FROM_START> {
  const own = from === START ? FROM_START : { commit: BigInt(from), prepare: BigInt(from) };
  if (checkpoint === null) return own;
  const { id, ...at } = checkpointOf(checkpoint);
  // a fault of the connection is met again by the subscription
  const found = await idFrom(client, at).catch(() => null);
  return found === id ? at : own;
}
