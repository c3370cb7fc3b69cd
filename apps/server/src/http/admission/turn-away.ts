import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { PROBLEMS } from '@conclave/contract';
import type { Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';
import { problemOf } from '../edge/problem-of.js';

const SMALL_BODY = 65_536;
const { status, retryAfterSeconds } = PROBLEMS.overloaded;

/** Answers `overloaded` past all that others go through: to say no must cost next to nothing. */
export function turnAway(reply: FastifyReply, what: string, node: Node): void {
  const { request, raw } = reply;
  const problem = new ApiProblem('overloaded', `${what}. Send it again, later.`);
  const body = JSON.stringify(problemOf(problem, request.id, node));
  // a large body that nobody will read is not waited for
  const isLarge = Number(request.headers['content-length'] ?? 0) > SMALL_BODY;
  const headers: OutgoingHttpHeaders = {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    ...(isLarge && { connection: 'close' }),
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(retryAfterSeconds),
    'x-correlation-id': request.id,
  };
  void reply.hijack();
  raw.writeHead(status, headers);
  raw.end(body);
}
