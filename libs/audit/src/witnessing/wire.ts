import { z } from 'zod';
import { Id, Iso, Sha256 } from '@conclave/contract';
import { SEAL_MOST } from '@conclave/election';

// What server and witness say to each other (docs/witness.md): a checkpoint is told in parts, then co-signed.

/** A body has so many bytes at the most: a seal may be large by itself. */
export const BODY_MOST = 2 * SEAL_MOST;
/** A part that has so many already is sent. */
export const PART_BYTES = 512 * 1024;
/** Marks on a page, and in a part. */
export const MARKS_AT_ONCE = 1_000;
export const GROUPS_MOST = 100_000;

const Version = z.int().min(0);
/** An event as its chain links it: `meta` with its hash. */
export const LinkedEvent = z.strictObject({
  version: z.int().min(1),
  type: z.string().min(1),
  data: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
});
export type LinkedEvent = z.infer<typeof LinkedEvent>;
/** Events after a version; `before`: the hash that this version has in the log (64 zeros for 0). */
export const ChainPiece = z.strictObject({ after: Version, before: Sha256, events: z.array(LinkedEvent) });
export type ChainPiece = z.infer<typeof ChainPiece>;
export const GroupPiece = ChainPiece.extend({ group: Id });
export type GroupPiece = z.infer<typeof GroupPiece>;
const Mark = z.strictObject({ group: Id, version: z.int().min(1), head: Sha256 });

const Line = z
  .string()
  .max(10_000)
  .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'is no checkpoint');
/** What a checkpoint is told to go on from: digest of the line that was co-signed last; null: of none. */
const Base = Sha256.nullable().optional();
/**
 * `part`: how many came before it of this checkpoint. `marks`: of a log that the witness meets, in place of
 * events.
 */
export const ExtendBody = z.strictObject({
  checkpoint: Line,
  base: Base,
  part: z.int().min(0),
  keys: ChainPiece.optional(),
  groups: z.array(GroupPiece).optional(),
  marks: z.array(Mark).max(MARKS_AT_ONCE).optional(),
});
export type ExtendBody = z.infer<typeof ExtendBody>;
/** `parts`: how many were told. */
export const CosignBody = z.strictObject({ checkpoint: Line, base: Base, parts: z.int().min(0) });
export type CosignBody = z.infer<typeof CosignBody>;

/** What a witness knows of a log: what it co-signed last, and where the chain of keys ended. */
export const KnownReply = z.strictObject({
  log: Sha256,
  since: Iso,
  at: Iso,
  checkpoint: Line,
  cosignature: z.string().max(2_000),
  root: Sha256,
  events: z.int().min(0),
  groups: z.int().min(0),
  keys: z.strictObject({ version: Version, head: Sha256 }),
});
export type KnownReply = z.infer<typeof KnownReply>;
/** `root`: of all marks; another one on the next page means that it begins anew. */
export const MarksPage = z.strictObject({
  root: Sha256,
  marks: z.array(Mark).max(MARKS_AT_ONCE),
  next: Id.nullable(),
});
export type MarksPage = z.infer<typeof MarksPage>;

/** Why a witness does not do what it is asked. */
export const WITNESS_PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is malformed' },
  'log-unknown': { status: 404, title: 'The witness has never co-signed this log' },
  'route-unknown': { status: 404, title: 'There is no such route' },
  'does-not-extend': { status: 409, title: 'The log does not go on from what was co-signed' },
  'begin-again': { status: 412, title: 'What was told of this checkpoint is not known any more' },
  'payload-too-large': { status: 413, title: 'The request is too large' },
  'media-type-unsupported': { status: 415, title: 'The body is not JSON' },
  'key-refused': { status: 422, title: 'The checkpoint is not signed by a key of the log that counts' },
  internal: { status: 500, title: 'A defect of the witness' },
  full: { status: 507, title: 'The witness has as much to remember as it takes' },
} as const;
export type WitnessProblem = keyof typeof WITNESS_PROBLEMS;
export const WitnessProblemReply = z.looseObject({ code: z.string(), detail: z.string().max(10_000) });
