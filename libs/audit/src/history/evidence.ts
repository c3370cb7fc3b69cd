import { z } from 'zod';
import { Salts, SealedHistory, Sha256 } from '@conclave/contract';
import { Id, Iso } from '@conclave/election';

// Evidence is one group's history up to an instant in a file that needs nobody: a header, each event from the
// first on (the hash chain begins there), and a footer with a signature over what it all is.

const window = z.strictObject({ since: Iso.nullable(), until: Iso });
export const EvidenceHeader = z.strictObject({
  evidence: z.literal(2),
  group: Id,
  window,
  exportedAt: Iso,
  instance: z.string(),
  /** What stands in place of the events before the first one: they are in the archive that `digest` names. */
  sealed: SealedHistory.optional(),
  /** Of people who are named in it. */
  salts: Salts.optional(),
});
/**
 * `head`: hash of the last event. `sha256`: of all bytes of the file before this line. `signature`: a compact JWS of a
 * statement.
 */
export const EvidenceFooter = z.strictObject({
  footer: z.literal(true),
  events: z.int(),
  sha256: z.string(),
  head: z.string(),
  key: z.record(z.string(), z.unknown()),
  signature: z.string(),
});
/** What is signed; `sha256` covers what it leaves out of the header. */
export const EvidenceStatement = z.strictObject({
  ...EvidenceHeader.omit({ sealed: true, salts: true }).shape,
  events: z.int(),
  sha256: z.string(),
  head: z.string(),
});

// An archive is the part of one group's history that is sealed, up to `upTo`. Nothing in it before its footer depends on who
// made it, or when: whoever has the history can tell its digest. That is of lines as they are hashed, without names of people.

export const ArchiveHeader = z.strictObject({
  archive: z.literal(2),
  group: Id,
  upTo: z.int().min(1),
  /** What stands in place of the events before the first one: they are in the archive that `digest` names. */
  sealed: SealedHistory.optional(),
  /** Of people who are named in it. */
  salts: Salts.optional(),
});
export const ArchiveStatement = z.strictObject({
  ...ArchiveHeader.omit({ sealed: true, salts: true }).shape,
  events: z.int(),
  sha256: Sha256,
  head: z.string(),
});
export type ArchiveHeader = z.infer<typeof ArchiveHeader>;
export type ArchiveStatement = z.infer<typeof ArchiveStatement>;
export const ARCHIVE_TYPE = 'conclave-archive+jws';

export type EvidenceHeader = z.infer<typeof EvidenceHeader>;
export type EvidenceFooter = z.infer<typeof EvidenceFooter>;
export type EvidenceStatement = z.infer<typeof EvidenceStatement>;
