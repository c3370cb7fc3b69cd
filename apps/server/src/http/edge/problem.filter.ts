import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { StoreError } from '@conclave/event-store';
import { Seldom } from '@conclave/kernel';
import type { Node } from '@conclave/node';
import type { Logger } from '../../environment/logger.js';
import { allowedMethods, pathOf } from './allowed-methods.js';
import { PROBLEMS } from '@conclave/contract';
import { ApiProblem } from './api-problem.js';
import { problemOf, type Problem } from './problem-of.js';

/** Answers every error as `application/problem+json`; logs defects under the id that the client got. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly refusing: Seldom;

  constructor(
    private readonly node: Node,
    private readonly logger: Logger,
    private readonly fastify: FastifyInstance,
  ) {
    this.refusing = new Seldom((message, code) => logger.error({ code }, message));
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    // the client went, so the work was given up
    if (reply.raw.destroyed && (error as Error).name === 'AbortError') return;
    const problem = this.problemOf(
      error instanceof NotFoundException ? this.unrouted(request, reply) : error,
      request,
    );
    if (reply.raw.headersSent) {
      reply.raw.end();
      return;
    }
    const { retryAfterSeconds } = PROBLEMS[problem.code];
    if (retryAfterSeconds) void reply.header('retry-after', retryAfterSeconds);
    void reply
      .status(problem.status)
      .header('x-correlation-id', request.id)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }

  /** What a client is told of an error; the log and the metrics are told what they have to be. */
  problemOf(error: unknown, request: FastifyRequest): Problem {
    const problem = problemOf(error, request.id, this.node);
    if (problem.status === 500)
      this.logger.error(
        { err: error, correlationId: request.id, url: pathOf(request.url) },
        'internal error',
      );
    if (error instanceof StoreError) this.report(error);
    return problem;
  }

  private report({ code, message }: StoreError): void {
    if (code === 'version-conflict') return;
    this.node.storeErrors.set(code, (this.node.storeErrors.get(code) ?? 0) + 1);
    this.refusing.tell(code, `the store refuses: ${message}`, performance.now());
  }

  private unrouted({ method, url }: FastifyRequest, reply: FastifyReply): ApiProblem {
    const path = pathOf(url);
    const allowed = allowedMethods(this.fastify, path);
    if (allowed.length === 0 || allowed.includes(method))
      return new ApiProblem('route-unknown', `there is no route ${path}. See /docs.`);
    void reply.header('allow', allowed.join(', '));
    const words = allowed.filter((name) => name !== 'HEAD').join(', '); // it goes without saying
    return new ApiProblem('method-not-allowed', `${path} does not have ${method}, only ${words}.`);
  }
}
