import { StandardSchemaValidationPipe } from '@nestjs/common';
import { ApiProblem } from './api-problem.js';

/** Validates what a zod schema stands beside; a violation names every field by JSON pointer. */
export const validation = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({
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
