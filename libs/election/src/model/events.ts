import { z } from 'zod';
import { Envelope, EventData, STORED_FORM } from '@conclave/contract';
import type { Id } from './vocabulary.js';

export { Envelope, EventData, Part, STORED_FORM } from '@conclave/contract';

export type EventType = keyof typeof EventData;
export type DataOf<T extends EventType> = z.infer<(typeof EventData)[T]>;
export type ElectionEvent = { [T in EventType]: { type: T; data: DataOf<T> } }[EventType];

/** The part of the envelope that decisions and folds look at. */
export type Occasion = Pick<Envelope, 'at' | 'actor' | 'reason'>;
export type Occurrence = ElectionEvent & { meta: Occasion };

/** An event as it stands in the log. `version` counts from 1 within the group. */
export type RecordedEvent = ElectionEvent & { group: Id; version: number; position: string; meta: Envelope };

/**
 * A stored event that this version cannot read. Folding stops there: deciding past it could break a rule it
 * states.
 */
export class UnreadableEvent extends Error {
  readonly code = 'event-unreadable';
  constructor(
    readonly stream: string,
    readonly version: number,
    readonly type: string,
    /** What is wrong with it, and who wrote it as far as one can tell. */
    readonly problem: string,
  ) {
    super(`event ${version} of stream "${stream}" (${type}) cannot be read: ${problem}`);
  }
}

/** Who wrote what cannot be read: our events say the version of their form, and others have no reason to. */
export function writerOf(meta: unknown, form = STORED_FORM): 'conclave' | 'newer-conclave' | 'somebody-else' {
  const { v } = (meta ?? {}) as { v?: unknown };
  if (!Number.isInteger(v)) return 'somebody-else';
  return (v as number) > form ? 'newer-conclave' : 'conclave';
}

const WRITTEN_BY: Record<ReturnType<typeof writerOf>, string> = {
  conclave:
    'It looks like an event of Conclave: upgrade this server if a newer one wrote it, else it was changed: restore the log from a backup',
  'newer-conclave': 'A newer Conclave wrote it: upgrade this server',
  'somebody-else':
    'Conclave did not write it, somebody else did: keep others from writing to streams of this prefix. What is there cannot be taken out: ' +
    'tombstone the stream and use another name for the group, or give Conclave a prefix of its own',
};

/** Of an append that is not whole. */
export const tornEvent = (
  streamName: string,
  { version, type, meta }: Stored,
  problem: string,
): UnreadableEvent =>
  new UnreadableEvent(streamName, version, type, `${problem}. ${WRITTEN_BY[writerOf(meta)]}`);

interface Stored {
  stream: string;
  version: number;
  position: string;
  type: string;
  data: unknown;
  meta: unknown;
}

/**
 * Validates a stored event of a group's stream. Throws {@link UnreadableEvent}; never skips. `streamName`:
 * what the store calls it.
 */
export function readEvent(group: Id, stored: Stored, streamName = stored.stream): RecordedEvent {
  const unreadable = (problem: string) =>
    new UnreadableEvent(
      streamName,
      stored.version,
      stored.type,
      `${problem}. ${WRITTEN_BY[writerOf(stored.meta)]}`,
    );
  if (!Object.hasOwn(EventData, stored.type)) throw unreadable('its type is not known here');
  const data = EventData[stored.type as EventType].safeParse(stored.data);
  if (!data.success) throw unreadable(z.prettifyError(data.error));
  const meta = Envelope.safeParse(stored.meta);
  if (!meta.success) throw unreadable(z.prettifyError(meta.error));
  const { version, position, type } = stored;
  return { group, version, position, type, data: data.data, meta: meta.data } as RecordedEvent;
}
