import { z } from 'zod';
import { Sha256 } from './vocabulary.js';
import { PERSON_NAME } from './words.js';

/** Opaque checkpoint in the whole log; compare it with nothing but what Conclave gives. */
export const Position = z.string().regex(/^(0|[1-9]\d{0,19})$/, 'is not a position that Conclave gave');
export type Position = z.infer<typeof Position>;

/** Gives a schema its name in OpenAPI. */
export const nameSchema = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id });

/**
 * Numbers in a path or a query are text: digits, and nothing else that JavaScript would make a number of, so that
 * everybody who reads the address reads the same number.
 */
const intText = <T extends z.ZodInt | z.ZodDefault<z.ZodInt>>(number: T) =>
  z.preprocess(
    (given) => (typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given),
    number,
  );
const whole = z.int('must be a whole number');
export const queryInt = intText(whole.min(0, 'must not be negative'));
/** Versions and terms that are there count from 1. */
export const queryCount = intText(whole.min(1, 'must be 1 or more'));
/** Where a list starts if nobody says so: at the first. */
export const startingAt = (least: 0 | 1) => intText(whole.min(least, `must be ${least} or more`).default(1));
export const pageLimit = intText(
  whole.min(1, 'must be 1 to 1000').max(1000, 'must be 1 to 1000').default(100),
);
/** How long to wait for news. */
export const waitMs = intText(
  whole.min(0, 'must not be negative').max(60_000, 'must be at most 60000').default(0),
);

/** What only one process knows. */
export const Secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32,128}$/)
  .meta({ description: 'what only that process knows: 32 to 128 letters, digits, "_" or "-"' });

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
  .regex(PERSON_NAME, 'must be a name like "ana": letters, digits, ".", "_", "-", "@", "+", 127 at most');

/**
 * The records of the presence log that a report rests on: from the last sign of life of the process to when it was given
 * up. `names`: what numbers in them mean a beat of it, each of a writer and its generation.
 */
export const Heard = z.strictObject({
  from: z.int().min(1),
  to: z.int().min(1),
  sha256: Sha256,
  names: z
    .array(
      z.strictObject({
        i: z.string().length(22),
        g: z.int().min(0),
        number: z.int().min(0),
        term: z.int().nullable(),
      }),
    )
    .readonly(),
});
export type Heard = z.infer<typeof Heard>;

export const Certificate = z
  .string()
  .min(1)
  .max(4_096)
  .meta({ description: 'a certificate of a grant: proves a term that the log has lost' });
