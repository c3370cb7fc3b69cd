import type { FastifyReply } from 'fastify';

/** Acts once the client has left: at once if it has already. */
export function whenGone({ raw }: FastifyReply, act: () => void): void {
  if (raw.destroyed) act();
  else raw.once('close', act);
}

/** Aborts when nobody waits for the answer any more: long audits then stop. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  whenGone(reply, () => gone.abort());
  return gone.signal;
}
