import { z } from 'zod';
import { Envelope, EventData, STORED_FORM, STORED_MINOR, type CausedBy } from '@conclave/contract';
import { conforms, hasProto } from './conforms.js';
import type { Id } from './vocabulary.js';

export { type Auth, CausedBy, Envelope, EventData, STORED_FORM } from '@conclave/contract';

export type EventType = keyof typeof EventData;
export type DataOf<T extends EventType> = z.infer<(typeof EventData)[T]>;
export type ElectionEvent = {
  [T in EventType]: { type: T; data: DataOf<T>; causedBy?: CausedBy };
}[EventType];

/** The part of the envelope that decisions and folds look at. */
export type Occasion = Pick<Envelope, 'at' | 'actor' | 'reason' | 'commandId'>;
export type Occurrence = ElectionEvent & { meta: Occasion & Pick<Envelope, 'causedBy'> };

/** As it will stand in the log, as far as folds look at it. */
export const occurrenceOf = (
  { type, data, causedBy }: ElectionEvent,
  { at, actor, reason, commandId }: Occasion,
): Occurrence =>
  ({ type, data, meta: { at, actor, reason, commandId, ...(causedBy && { causedBy }) } }) as Occurrence;

/** An event as it stands in the log. `version` counts from 1 within the group. */
export type RecordedEvent = ElectionEvent & {
  group: Id;
  version: number;
  position: string;
  meta: Envelope;
  /** Fields of a newer minor form, which say nothing here: where they stand. */
  unknown?: string[];
};

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

type Writer = 'conclave' | 'older-conclave' | 'newer-conclave' | 'somebody-else';

/** Who wrote what cannot be read: our events say the version of their form, and others have no reason to. */
export function writerOf(meta: unknown, form = STORED_FORM): Writer {
  const { v } = (meta ?? {}) as { v?: unknown };
  if (!Number.isInteger(v)) return 'somebody-else';
  if ((v as number) < form) return 'older-conclave';
  return (v as number) > form ? 'newer-conclave' : 'conclave';
}

const WRITTEN_BY: Record<Writer, string> = {
  'older-conclave':
    'An older Conclave wrote it: "conclave export" the log and "conclave import" it into an empty store, which brings it to the form of today',
  conclave:
    'It looks like an event of Conclave: upgrade this server if a newer one wrote it. If other servers show the group, stop this one, remove its ….snapshot and start it again; else the log was changed: restore it from a backup',
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
  const { version, position, type } = stored;
  const unreadable = (problem: string) =>
    new UnreadableEvent(streamName, version, type, `${problem}. ${WRITTEN_BY[writerOf(stored.meta)]}`);
  if (!Object.hasOwn(EventData, type)) throw unreadable('its type is not known here');
  const unknown: string[] = [];
  const isNewer = ((stored.meta as Partial<Envelope> | null)?.minor ?? 0) > STORED_MINOR;
  const read = <T>(schema: z.ZodType<T>, value: unknown, name: string): T => {
    if (conforms(schema, value)) return value;
    const parsed = schema.safeParse(value);
    if (parsed.success && !hasProto(value)) return parsed.data;
    const rest = isNewer && parsed.error ? withoutUnknown(value, parsed.error, unknown, name) : null;
    const again = rest === null ? null : schema.safeParse(rest);
    if (again?.success) return again.data;
    throw unreadable(parsed.error ? problemIn(parsed.error, name) : `${name} has a field "__proto__"`);
  };
  const data = read(EventData[type as EventType] as z.ZodType, stored.data, 'data');
  const meta = read(Envelope, stored.meta, 'meta');
  const event = { group, version, position, type, data, meta } as RecordedEvent;
  return unknown.length > 0 ? { ...event, unknown } : event;
}

/** Throws what is wrong with the data of an event of that type. */
export function checkData(type: EventType, data: unknown): void {
  const schema: z.ZodType = EventData[type];
  if (!conforms(schema, data)) schema.parse(data);
}

const placeOf = (name: string, path: readonly PropertyKey[]): string => [name, ...path.map(String)].join('.');

/** In plain words, where it is wrong. */
function problemIn({ issues }: z.ZodError, name: string): string {
  const said = issues.slice(0, 3).map((issue) => {
    if (issue.code === 'unrecognized_keys')
      return `${placeOf(name, issue.path)} has the unknown field${issue.keys.length > 1 ? 's' : ''} ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    return `${placeOf(name, issue.path)}: ${issue.message}`;
  });
  return said.join('; ');
}

/** The same without fields that a newer minor form has gained, if that is all that is wrong; they are noted. */
function withoutUnknown(value: unknown, { issues }: z.ZodError, unknown: string[], name: string): unknown {
  if (!issues.every(({ code }) => code === 'unrecognized_keys')) return null;
  const rest = structuredClone(value);
  for (const { path, keys } of issues as z.core.$ZodIssueUnrecognizedKeys[]) {
    const place = path.reduce((at: unknown, key) => (at as Record<PropertyKey, unknown>)[key], rest);
    for (const key of keys) {
      unknown.push(placeOf(name, [...path, key]));
      delete (place as Record<string, unknown>)[key];
    }
  }
  return rest;
}
