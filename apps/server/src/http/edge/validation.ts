import { StandardSchemaValidationPipe } from '@nestjs/common';
import { conforms } from '@conclave/election';
import { z } from 'zod';
import { ApiProblem } from './api-problem.js';

interface Issue {
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  message: string;
}

/** Of names that nobody knows a body may have tens of thousands. */
const [MOST_NAMED, MOST_CHARS] = [5, 64];
z.config({
  customError: ({ code, keys }) => {
    if (code !== 'unrecognized_keys') return undefined;
    const named = keys.slice(0, MOST_NAMED).map((key) => JSON.stringify(key.slice(0, MOST_CHARS)));
    const more = keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '';
    return `Unrecognized key${keys.length > 1 ? 's' : ''}: ${named.join(', ')}${more}`;
  },
});

/** Names every field by JSON pointer. */
function problemIn(issues: readonly Issue[]): ApiProblem {
  const errors = issues.map(({ path = [], message }) => ({
    path: `/${path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('/')}`,
    message,
  }));
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ApiProblem('invalid-request', detail, errors);
}

/** What came, as the schema has it. Throws {@link ApiProblem}. */
export function valid<T>(schema: z.ZodType<T>, given: unknown): T {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw problemIn(error.issues);
}

/** The same, of what comes thousands of times a second. */
export const validAtOnce = <T>(schema: z.ZodType<T>, given: unknown): T =>
  conforms(schema, given) ? given : valid(schema, given);

/**
 * Nest would take `constructor` and `prototype` out of what comes, without a word: a label of that name would be lost,
 * an unknown field pass. What could do harm is refused where JSON is read, and schemas make objects of their own.
 */
class WholeValues extends StandardSchemaValidationPipe {
  protected override stripProtoKeys(): void {}
}

/** Validates what a zod schema stands beside. */
export const validation = (): StandardSchemaValidationPipe =>
  new WholeValues({ exceptionFactory: (issues) => problemIn(issues) });
