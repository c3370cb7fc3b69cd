import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Batch, HeartbeatBody, RunnerPath } from '@conclave/contract';
import type { ProblemFilter } from '../edge/problem.filter.js';
import { BEAT_LIMIT, BODY_LIMIT } from '../admission/bodies.js';
import { validAtOnce } from '../edge/validation.js';
import type { HeartbeatsController } from './heartbeats.controller.js';
import { settle } from './settle.js';

type Answer = (request: FastifyRequest) => object | Promise<object>;

/**
 * Beats are nearly all that a server is asked, so they go to their controller without Nest's pipeline between: by the same
 * routes, behind the same guards, read by the same schemas, refused in the same words.
 */
export function answerBeatsDirectly(
  fastify: FastifyInstance,
  controller: HeartbeatsController,
  problems: ProblemFilter,
): void {
  const answers: Record<string, Answer> = {
    '/v1/groups/:g/runners/:r/heartbeat': (request) =>
      controller.beat(
        validAtOnce(RunnerPath, request.params),
        validAtOnce(HeartbeatBody, request.body),
        request,
      ),
    '/v1/heartbeats': (request) =>
      controller.beats(validAtOnce(Batch, request.body), request, (error) =>
        problems.problemOf(error, request),
      ),
  };
  fastify.addHook('onRoute', (route) => {
    const answer = route.method === 'POST' ? answers[route.url] : undefined;
    if (!answer) return;
    route.handler = handlerOf(answer, problems);
    route.bodyLimit = route.url.endsWith('/heartbeat') ? BEAT_LIMIT : BODY_LIMIT;
  });
}

function handlerOf(answer: Answer, problems: ProblemFilter): RouteOptions['handler'] {
  return (request, reply: FastifyReply) =>
    void settle(
      () => answer(request),
      (found) => void reply.send(found),
      (error) => problems.answer(error, request, reply),
    );
}
