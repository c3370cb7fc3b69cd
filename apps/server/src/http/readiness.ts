import type { FastifyInstance } from 'fastify';
import type { Engine } from '../engine.js';
import { ApiProblem } from './problem-catalogue.js';

/** Until the log is read nothing under /v1 is answered: a half-read state would be wrong, not old. */
export function guardReadiness(fastify: FastifyInstance, engine: Engine): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const isBlind = engine.health.isDraining || engine.tail.failure !== null || !engine.tail.isCaughtUp;
    if (engine.health.isDraining) void reply.header('connection', 'close');
    if (isBlind && request.url.startsWith('/v1')) {
      done(new ApiProblem('not-ready', `${engine.health.reasonsNotReady().join('; ')}.`));
      return;
    }
    done();
  });
}
