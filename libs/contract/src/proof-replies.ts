import { z } from 'zod';
import { Id, Iso, Term, Uuid } from './vocabulary.js';
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
    witnesses: z
      .array(
        z.strictObject({
          kid: z.string().meta({ description: 'the key of the witness' }),
          cosignature: z.string().meta({ description: 'a compact JWS (EdDSA), see docs/formats.md' }),
        }),
      )
      .meta({ description: 'co-signatures under it; none unless witnessed=true asked for them' }),
  }),
);
export type HeadReply = z.infer<typeof HeadReply>;
const key = z.record(z.string(), z.unknown());
export const KeysReply = nameSchema(
  'Keys',
  z.strictObject({
    keys: z.array(key),
    signing: z.string().meta({ description: 'kid of the one that the server which answers signs with' }),
    revoked: z
      .array(
        z.strictObject({
          key: key.meta({ description: 'the public key, a JWK' }),
          at: Iso,
          since: Iso.nullable(),
          actor: z.string(),
          reason: z.string().nullable(),
        }),
      )
      .meta({ description: 'keys of which what they signed from `since` on (null: ever) is worth nothing' }),
  }),
);
export type KeysReply = z.infer<typeof KeysReply>;
export const RotatedReply = nameSchema(
  'RotatedKey',
  z.strictObject({
    kid: z.string().meta({ description: 'the key that the server signs with now' }),
    replaces: z.string().meta({ description: 'the key that it signed with before' }),
  }),
);
export type RotatedReply = z.infer<typeof RotatedReply>;
export const HeardReply = nameSchema(
  'Heard',
  z.strictObject({
    group: Id,
    version: z.int(),
    runner: Id,
    incarnation: Uuid,
    term: Term.nullable(),
    from: z.int().meta({ description: 'version of the first of the records in the presence log' }),
    to: z.int().meta({ description: 'version of the last of them' }),
    sha256: z.string(),
    ok: z
      .boolean()
      .nullable()
      .meta({ description: 'whether they bear it out; null: some have expired and were not kept' }),
    words: z.string(),
    kept: z
      .boolean()
      .meta({
        description: 'they were copied to where they stay; else the presence log has them, for two days',
      }),
    records: z
      .array(
        z.strictObject({
          version: z.int(),
          type: z.string(),
          data: z.record(z.string(), z.unknown()),
          meta: z.record(z.string(), z.unknown()),
        }),
      )
      .meta({ description: 'see docs/formats.md' }),
  }),
);
export type HeardReply = z.infer<typeof HeardReply>;
