import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../environment/logger.js';
import { callerOf, isProved } from './callers.js';
import { ruleOf } from '../edge/rules.js';

/**
 * Who has read what of the record: one line in the log of the server for each answer to an auditor, once authentication says
 * who it is; what was refused, too. The route as it is written, without what was asked: a query may name people.
 */
export function noteReads(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const audience = ruleOf(request.routeOptions.config)?.audience;
    const isOfRecord = audience === 'auditors' || (audience === 'admins' && request.method === 'GET');
    if (isOfRecord && isProved(request)) {
      const { name, auth } = callerOf(request);
      const { g: group } = request.params as { g?: string };
      const { url: route } = request.routeOptions;
      const about = { by: name, auth, route, ...(group !== undefined && { group }) };
      logger.info({ ...about, status: reply.statusCode, correlationId: request.id }, 'record read');
    }
    done();
  });
}
