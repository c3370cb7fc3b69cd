import {
  BACKWARDS,
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

/** The first record from a position on, or the last one before it, whoever wrote it; null if there is none. */
async function recordAt(
  client: EventStoreDBClient,
  fromPosition: LogPosition,
  direction: typeof FORWARDS | typeof BACKWARDS,
): Promise<{ id: string; position: LogPosition } | null> {
  const read = client.readAll({ fromPosition, direction, maxCount: 1 });
  try {
    for await (const { event } of read) return event ? { id: event.id, position: event.position } : null;
    return null;
  } finally {
    read.cancel().catch(() => undefined);
  }
}

/** Id of the first record from a position on, whoever wrote it; null if there is none. */
export const idFrom = async (client: EventStoreDBClient, from: LogPosition): Promise<string | null> =>
  (await recordAt(client, from, FORWARDS))?.id ?? null;

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
  if (checkpoint !== null) {
    const { id, ...at } = checkpointOf(checkpoint);
    // a fault of the connection is met again by the subscription
    if ((await idFrom(client, at).catch(() => null)) === id) return at;
  }
  return from === START ? FROM_START : behind(client, { commit: BigInt(from), prepare: BigInt(from) });
}

/**
 * The server reads one record from a position on, and begins behind that: where ours was removed by a scavenge it would leave
 * out the next one, which nobody has been told (facts 4). So it is asked to begin behind the last one before.
 */
async function behind(
  client: EventStoreDBClient,
  own: LogPosition,
): Promise<LogPosition | typeof FROM_START> {
  const next = await recordAt(client, own, FORWARDS).catch(() => null);
  if (!next || next.position.commit === own.commit) return own;
  return (await recordAt(client, own, BACKWARDS))?.position ?? FROM_START;
}
