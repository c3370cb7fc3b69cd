import type { ProblemCode } from '@conclave/contract';

/** An error made at the HTTP edge itself. */
export class ApiProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly errors?: { path: string; message: string }[],
  ) {
    super(detail);
  }
}

export const problemType = (code: ProblemCode): string => `/docs/problems#${code}`;
