import { z } from 'zod';
/** Opaque checkpoint in the whole log; compare it with nothing but what Conclave gives. */
export declare const Position: z.ZodString;
export type Position = z.infer<typeof Position>;
/** Gives a schema its name in OpenAPI. */
export declare const named: <T extends z.ZodType>(id: string, schema: T) => T;
/** Numbers in a query are text. */
export declare const queryInt: z.ZodCoercedNumber<unknown>;
export declare const pageLimit: z.ZodDefault<z.ZodCoercedNumber<unknown>>;
//# sourceMappingURL=parts.d.ts.map
