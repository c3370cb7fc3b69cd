import { z } from 'zod';
import { Id, Iso } from './vocabulary.js';
import { nameSchema } from './parts.js';

// What those are answered who believe nothing (docs/auditing.md).

const verification = {
  ok: z.boolean(),
  events: z.int(),
  violations: z.array(
    z.strictObject({
      rule: z.string(),
      version: z.int(),
      words: z.string(),
      recorded: z.unknown(),
      expected: z.unknown(),
    }),
  ),
  head: z.string(),
  unknown: z
    .int()
    .optional()
    .meta({ description: 'fields of a newer Conclave: they are hashed, and not understood' }),
};
export const VerificationReply = nameSchema('Verification', z.strictObject(verification));
export type VerificationReply = z.infer<typeof VerificationReply>;
export const VerificationsReply = nameSchema(
  'Verifications',
  z.strictObject({
    ok: z.boolean(),
    events: z.int(),
    groups: z.array(z.strictObject({ group: Id, ...verification })),
  }),
);
export type VerificationsReply = z.infer<typeof VerificationsReply>;
export const HeadReply = nameSchema(
  'Head',
  z.strictObject({
    checkpoint: z
      .string()
      .meta({ description: 'the signed line that says all of it: a compact JWS (EdDSA)' }),
    at: Iso,
    events: z.int().meta({ description: 'events of groups in the whole log' }),
    groups: z.int().meta({ description: 'groups in the whole log' }),
    root: z.string().meta({ description: 'root of the Merkle tree over all groups, hex' }),
    kid: z.string().meta({ description: 'the key that signed' }),
  }),
);
export type HeadReply = z.infer<typeof HeadReply>;
