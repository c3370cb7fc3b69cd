import { StandardSchemaValidationPipe } from '@nestjs/common';
import { ApiProblem } from './api-problem.js';

/**
 * Nest would take `constructor` and `prototype` out of what comes, without a word: a label of that name would be lost,
 * an unknown field pass. What could do harm is refused where JSON is read, and schemas make objects of their own.
 */
class WholeValues extends StandardSchemaValidationPipe {
  protected override stripProtoKeys(): void {}
}

/** Validates what a zod schema stands beside; a violation names every field by JSON pointer. */
export const validation = (): StandardSchemaValidationPipe =>
  new WholeValues({
    exceptionFactory: (issues) => {
      const errors = issues.map(({ path = [], message }) => ({
        path: `/${path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('/')}`,
        message,
      }));
      return new ApiProblem(
        'invalid-request',
        errors.map(({ path, message }) => `${path}: ${message}`).join('; '),
        errors,
      );
    },
  });
