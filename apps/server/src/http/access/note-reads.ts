import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../environment/logger.js';
import { callerOf, isProved } from './callers.js';
import { ruleOf } from '../edge/rules.js';

/**
 * Who has read what of the record: one line in the log of the server for each answer to an auditor, once authentication says
 * who it is; what was refused, too. The route as it is written, without what was asked: a query may name people. Likewise who
 * had a notice sent, and whose order was not allowed, of which no event tells.
 */
export function noteReads(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // also where the client went before the end of the answer
    if (isOfRecord(request)) reply.raw.once('close', () => note(request, reply, logger, 'record read'));
    else if (isOfWebhook(request))
      reply.raw.once('close', () => note(request, reply, logger, 'notice sent by hand'));
    else if (isOrder(request))
      reply.raw.once('close', () => {
        if (reply.raw.statusCode === 403) note(request, reply, logger, 'order not allowed');
      });
    done();
  });
}

function isOfRecord({ method, routeOptions: { config, url }, query }: FastifyRequest): boolean {
  const audience = ruleOf(config)?.audience;
  if (audience === 'auditors') return true;
  if (audience === 'admins') return method === 'GET';
  return url?.endsWith('/watch') === true && (query as { events?: string }).events === 'true';
}

const isOrder = ({ method, routeOptions: { config } }: FastifyRequest): boolean =>
  method !== 'GET' && ['operators', 'admins'].includes(ruleOf(config)?.audience ?? '');

const isOfWebhook = ({ method, routeOptions: { url } }: FastifyRequest): boolean =>
  method === 'POST' && url?.startsWith('/v1/webhooks/') === true;

function note(request: FastifyRequest, reply: FastifyReply, logger: Logger, what: string): void {
  if (!isProved(request)) return;
  const { name: by, auth } = callerOf(request);
  const { g: group, name: webhook } = request.params as { g?: string; name?: string };
  const of = { ...(group !== undefined && { group }), ...(webhook !== undefined && { webhook }) };
  const about = { by, auth, route: request.routeOptions.url, ...of };
  logger.info({ ...about, status: reply.raw.statusCode, correlationId: request.id }, what);
}
