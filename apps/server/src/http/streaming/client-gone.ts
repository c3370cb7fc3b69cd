import type { FastifyReply } from 'fastify';

/** Aborts when nobody waits for the answer any more: long audits then stop. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (reply.raw.destroyed) gone.abort();
  else reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
