import { z } from 'zod';
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
/** What is signed. */
export const EvidenceStatement = z.strictObject({
  ...EvidenceHeader.shape,
  events: z.int(),
  sha256: z.string(),
  head: z.string(),
});

export type EvidenceHeader = z.infer<typeof EvidenceHeader>;
export type EvidenceFooter = z.infer<typeof EvidenceFooter>;
export type EvidenceStatement = z.infer<typeof EvidenceStatement>;
