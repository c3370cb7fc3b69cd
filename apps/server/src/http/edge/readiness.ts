import type { FastifyInstance } from 'fastify';
import type { Engine } from '../../node/engine.js';
import { ApiProblem } from './problem-catalogue.js';

/** What an operator needs to look at a log that is not the one that was known, and to accept it. */
const OF_THE_LOG = /^\/v1\/(log|keys)(\/|\?|$)/;

/** Until the log is read nothing under /v1 is answered: a half-read state would be wrong, not old. */
export function guardReadiness(fastify: FastifyInstance, engine: Engine): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (engine.health.isDraining) void reply.header('connection', 'close');
    if (engine.health.isBlind && request.url.startsWith('/v1') && !OF_THE_LOG.test(request.url)) {
      const code = engine.tail.isHeld && engine.known.why ? 'log-replaced' : 'not-ready';
      done(new ApiProblem(code, `${engine.health.reasonsNotReady().join('; ').replace(/\.$/, '')}.`));
      return;
    }
    const group = (request.params as { g?: string }).g;
    const problem = group === undefined ? null : engine.groups.problemOf(group);
    done(problem === null ? undefined : new ApiProblem('group-unreadable', `group "${group}" is unusable: ${problem}.`));
  });
}
