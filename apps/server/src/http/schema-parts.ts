import { z } from 'zod';
import { isPosition } from '@conclave/event-store';

export const Position = z.string().refine(isPosition, 'is not a position that Conclave gave');

/** Gives a schema its name in OpenAPI. */
export const named = <T extends z.ZodType>(id: string, schema: T): T => schema.meta({ id }) as T;
