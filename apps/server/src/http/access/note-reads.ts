import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../environment/logger.js';
import { callerOf, isProved } from './callers.js';
import { ruleOf } from '../edge/rules.js';

/**
 * Who has read what of the record: one line in the log of the server for each answer to an auditor, once authentication says
 * who it is; what was refused, too. The route as it is written, without what was asked: a query may name people.
 */
export function noteReads(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // also where the client went before the end of the answer
    if (isOfRecord(request)) reply.raw.once('close', () => note(request, reply, logger));
    done();
  });
}

function isOfRecord({ method, routeOptions: { config, url }, query }: FastifyRequest): boolean {
  const audience = ruleOf(config)?.audience;
  if (audience === 'auditors') return true;
  if (audience === 'admins') return method === 'GET';
  return url?.endsWith('/watch') === true && (query as { events?: string }).events === 'true';
}

function note(request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  if (!isProved(request)) return;
  const { name, auth } = callerOf(request);
  const { g: group } = request.params as { g?: string };
  const about = { by: name, auth, route: request.routeOptions.url, ...(group !== undefined && { group }) };
  logger.info({ ...about, status: reply.raw.statusCode, correlationId: request.id }, 'record read');
}
