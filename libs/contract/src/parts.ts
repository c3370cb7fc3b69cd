import { z } from 'zod';

/** Opaque checkpoint in the whole log; compare it with nothing but what Conclave gives. */
export const Position = z.string().regex(/^(0|[1-9]\d{0,19})$/, 'is not a position that Conclave gave');
export type Position = z.infer<typeof Position>;

/** Gives a schema its name in OpenAPI. */
export const nameSchema = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id }) as T;

/** Numbers in a query are text. */
export const queryInt = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(0, 'must not be negative');
export const pageLimit = queryInt.min(1, 'must be 1 to 1000').max(1000, 'must be 1 to 1000').default(100);

/** What only one process knows. */
export const Secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{32,128}$/)
  .meta({ description: 'what only that process knows: 32 to 128 letters, digits, "_" or "-"' });
