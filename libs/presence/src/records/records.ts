import { z } from 'zod';
import { conforms, Id, Iso, Term, UnreadableEvent, Uuid, writerOf } from '@conclave/election';
import type { NewEvent, StoredEvent } from '@conclave/event-store';

/** Version of the form of records. 2: names and numbers; 3: sessions beside beats. An older server stops at it. */
export const RECORD_FORM = 3;

const Count = z.int().min(0);
/**
 * What a number stands for in later records of its writer: number, group, runner, incarnation, term (null: a
 * standby), base.
 */
export const Named = z.tuple([Count, Id, Id, Uuid, Term.nullable(), z.int()]);
export type Named = z.infer<typeof Named>;

/** Records of beats are most of what is written: see {@link Names} for how they are made small. */
const BeatsObserved = z.object({
  /**
   * The process that wrote it: a random id of its own, 16 bytes in base64url. Not its instance, which may
   * come again.
   */
  i: z.string().length(22),
  /** Its generation of numbers: a new one forgets all of the one before. */
  g: Count,
  /** Revision of `P` that the writer had read. */
  h: Count,
  n: z.array(Named).optional(),
  /**
   * In turn a number and how far its sequence is above its base; or all of it: number, above base, not
   * answered yet, draining.
   */
  b: z.array(z.union([z.int(), z.tuple([Count, z.int(), z.int(), z.literal([0, 1])])])),
  /** Numbers of processes that opened their streams to the writer (L10). */
  s: z.array(Count).optional(),
});

const RecordData = {
  BeatsObserved,
  LeaseExpired: z.object({
    instance: Uuid,
    terms: z.array(
      z.object({
        group: Id,
        term: Term,
        after: z.string(),
        lastSeenAt: Iso.nullable(),
        silentMs: z.int(),
        leaseMs: z.int(),
      }),
    ),
  }),
};
/** Form 2 had no sessions beside beats, but records of their own, which mean nothing any more. */
const Meta = z.object({ v: z.literal([2, RECORD_FORM]), at: Iso });

type RecordType = keyof typeof RecordData;
export type DataOf<T extends RecordType> = z.infer<(typeof RecordData)[T]>;
/** A record of `P` (docs/protocol.md). `revision` is its version in `P`. */
export type PresenceRecord = { [T in RecordType]: { type: T; data: DataOf<T> } }[RecordType] & {
  id: string;
  revision: number;
  at: string;
};

/**
 * Validates a record of `P`. null: not one of ours, it means nothing to anybody. One of a newer server stops
 * the fold, since rules may change at it: throws {@link UnreadableEvent}.
 */
export function readRecord({ id, type, data, meta, stream, version }: StoredEvent): PresenceRecord | null {
  if (writerOf(meta, RECORD_FORM) === 'newer-conclave')
    throw new UnreadableEvent(stream, version, type, 'A newer Conclave wrote it: upgrade this server');
  const schema = Object.hasOwn(RecordData, type) ? RecordData[type as RecordType] : undefined;
  const said = schema && read<DataOf<RecordType>>(schema, data, sizeOf(data));
  const about = read(Meta, meta, 1);
  return said && about ? ({ id, type, data: said, revision: version, at: about.at } as PresenceRecord) : null;
}

const read = <T>(schema: z.ZodType<T>, value: unknown, worth: number): T | undefined =>
  conforms(schema, value, worth) ? value : schema.safeParse(value).data;

/** A record of a crowd is as many as it has beats. */
function sizeOf(data: unknown): number {
  const { b } = (data ?? {}) as { b?: unknown };
  return Array.isArray(b) ? 1 + b.length : 1;
}

/** Writer of records that no server's numbers stand in. */
export const NOBODY = '0'.repeat(22);

/** A record of a server that is no other's, and that says only that it listens. */
export const listeningRecord = (id: string, at: string): NewEvent => ({
  id,
  type: 'BeatsObserved',
  data: { i: NOBODY, g: 0, h: 0, b: [] } satisfies DataOf<'BeatsObserved'>,
  meta: { v: RECORD_FORM, at },
});
