import type { FastifyInstance } from 'fastify';
import type { Counts } from './counts.js';

/** Each answer by its route, never by its path: somebody's ids are no labels. */
export function countRequests(fastify: FastifyInstance, counts: Counts): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    counts.request(request.method, request.routeOptions.url ?? 'none', reply.raw.statusCode);
    done();
  });
}
