import { z } from 'zod';
import { Iso, Sha256 } from '@conclave/contract';
import { sha256Of } from '@conclave/event-store';

// What a witness signs under a checkpoint (docs/formats.md).

export const COSIGNATURE_TYPE = 'conclave-cosignature+jws';

/**
 * That a checkpoint goes on from everything that this witness has co-signed of the log before. `log`: its
 * identity; `checkpoint`: SHA-256 of its line; `since`: when the witness first heard of the log, and took it
 * as it was.
 */
export const CosignatureStatement = z.strictObject({
  cosignature: z.literal(1),
  log: Sha256,
  checkpoint: Sha256,
  at: Iso,
  since: Iso,
});
export type CosignatureStatement = z.infer<typeof CosignatureStatement>;

/** One beside its checkpoint: a compact JWS, and the key of the witness. */
export const Cosigned = z.strictObject({
  kid: z.string().min(1).max(100),
  cosignature: z.string().min(1).max(2_000),
});
export type Cosigned = z.infer<typeof Cosigned>;

/** What a co-signature says of a checkpoint's line. */
export const lineDigest = (line: string): string => sha256Of(Buffer.from(line)).toString('hex');
