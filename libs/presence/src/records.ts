import { z } from 'zod';
import { Id, Iso, STORED_FORM, Term, UnreadableEvent, Uuid } from '@conclave/election';
import type { StoredEvent } from '@conclave/event-store';

/** A beat as the presence log holds it. `term` null: of a standby, proves life only. */
export const RecordedBeat = z.object({
  group: Id,
  runner: Id,
  incarnation: Uuid,
  sequence: z.int(),
  acked: z.int(),
  term: Term.nullable(),
  draining: z.literal(true).optional(),
});
export type RecordedBeat = z.infer<typeof RecordedBeat>;

const RecordData = {
  BeatsObserved: z.object({ heardAt: z.string(), beats: z.array(RecordedBeat), instance: Uuid }),
  SessionOpened: z.object({ group: Id, runner: Id, incarnation: Uuid, instance: Uuid }),
  LeaseExpired: z.object({
    instance: Uuid,
    terms: z.array(z.object({ group: Id, term: Term, after: z.string(), lastSeenAt: Iso.nullable(), silentMs: z.int(), leaseMs: z.int() })),
  }),
};
const Meta = z.object({ v: z.literal(STORED_FORM), at: Iso });

type RecordType = keyof typeof RecordData;
export type DataOf<T extends RecordType> = z.infer<(typeof RecordData)[T]>;
/** A record of `P` (DESIGN §5). `revision` is its version in `P`. */
export type PresenceRecord = { [T in RecordType]: { type: T; data: DataOf<T> } }[RecordType] & { id: string; revision: number; at: string };

/** Validates a record of `P`; a type or format version of a newer server stops the fold (§5: rules start at a record). */
export function readRecord({ id, type, data, meta, stream, version }: StoredEvent): PresenceRecord {
  const schema = Object.hasOwn(RecordData, type) ? RecordData[type as RecordType] : undefined;
  const parsed = schema?.safeParse(data);
  const parsedMeta = Meta.safeParse(meta);
  if (!parsed?.success || !parsedMeta.success) {
    throw new UnreadableEvent(stream, version, type, parsed?.error ? z.prettifyError(parsed.error) : 'its type or meta is not known here');
  }
  return { id, type, data: parsed.data, revision: version, at: parsedMeta.data.at } as PresenceRecord;
}
