import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS } from '@conclave/contract';
import { problemType } from './api-problem.js';
import { protect } from './guard-browsers.js';

/**
 * Errors that come before routing, where Nest's filter does not reach: a path that cannot be decoded, and the
 * like.
 */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const code = 'invalid-request';
  const { status, title } = PROBLEMS[code];
  void protect(reply)
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: problemType(code),
        title,
        status,
        detail: `${error.message.replace(/\?[^']*/, '')}.`, // a query may hold a token
        code,
        instance: request.id,
      }),
    );
}
