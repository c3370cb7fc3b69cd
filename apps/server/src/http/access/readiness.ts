import type { FastifyInstance } from 'fastify';
import type { Node } from '@conclave/node';
import { ApiProblem } from '../edge/api-problem.js';
import { OF_THE_LOG } from '../edge/operations.js';
import { unreadableOf } from '../edge/reads.js';
import { partShownTo } from './callers.js';

/** Where the machine's clock was set, answers name the time that this server goes by, as all instants in them do (ADR 011). */
export function tellTime(fastify: FastifyInstance, { clock }: Pick<Node, 'clock'>): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (clock.steppedMs !== 0) void reply.header('date', new Date(clock.wallMs()).toUTCString());
    done();
  });
}

/** Whoever is told what may be old is told so. Until the log is read nothing under /v1 is answered: a half-read state would be wrong, not old. */
export function guardReadiness(fastify: FastifyInstance, node: Node): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    // also what was asked before: nobody is to wait for connections that are only kept
    if (node.health.isDraining && !reply.raw.headersSent) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    // by the route that was matched: an address has many spellings
    const { url: route = '' } = request.routeOptions;
    const { isBlind, hasBegun } = node.health;
    if (isBlind && route.startsWith('/v1') && !(hasBegun && OF_THE_LOG.test(route))) {
      const code = node.health.whyAnotherLog() === null ? 'not-ready' : 'log-replaced';
      const reasons = node.health.reasonsNotReady(partShownTo(request));
      done(new ApiProblem(code, `${reasons.join('; ').replace(/\.$/, '')}.`));
      return;
    }
    const staleMs = Math.round(node.presence.deafForMs());
    if (staleMs > 0 && route.startsWith('/v1')) void reply.header('x-conclave-stale-ms', staleMs);
    const group = (request.params as { g?: string }).g;
    done(group === undefined ? undefined : unreadableOf(node, group));
  });
}
