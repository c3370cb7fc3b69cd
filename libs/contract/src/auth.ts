import { z } from 'zod';

/**
 * How it was proved who asked: `none` where authentication is off and a name is a claim. `subject`: what the credential
 * calls its holder, which of a static token is the token's id.
 */
export const Auth = z.strictObject({
  kind: z.enum(['none', 'token', 'jwt', 'certificate', 'runner']),
  subject: z
    .string()
    .nullable()
    .meta({ description: 'what the credential calls its holder; of a static token its id' }),
  issuer: z.string().nullable().meta({ description: 'who vouches for the holder; null: this Conclave' }),
});
export type Auth = z.infer<typeof Auth>;
/** A person, as credentials name her or him, or as somebody claims to be. */
export const PersonName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,126}$/,
    'must be a name like "ana": letters, digits, ".", "_", "-", "@", "+", 127 at most',
  );
