import { z } from 'zod';
import { isPosition } from '@conclave/event-store';

export const Position = z.string().refine(isPosition, 'is not a position that Conclave gave');

/** Gives a schema its name in OpenAPI. */
export const named = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id }) as T;

/** Numbers in a query are text. */
export const queryInt = z.coerce.number('must be a number').int('must be a whole number').min(0, 'must not be negative');
export const pageLimit = queryInt.min(1, 'must be 1 to 1000').max(1000, 'must be 1 to 1000').default(100);
