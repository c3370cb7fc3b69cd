import type { FastifyRequest } from 'fastify';
import { Cap } from './places/caps.js';

/** What is as small is not counted: as many connections as there may be are no burden. */
export const SMALL_BODY_BYTES = 4_096;
/** The most that a body may have. */
export const BODY_LIMIT = 512 * 1024;

/** Of a body that does not say how long it is, as much as it may be. */
export function bodyBytes({ headers }: Pick<FastifyRequest, 'headers'>): number {
  if (headers['transfer-encoding'] !== undefined) return BODY_LIMIT;
  return Math.min(Number(headers['content-length'] ?? 0), BODY_LIMIT);
}

/**
 * Bytes of bodies that come in, or are being worked on: read they take six times as much of the heap. A quarter for one
 * client.
 */
export function bodiesIn(heapBytes: number): Cap {
  const mostOfClient = Math.max(heapBytes / 64, 2 * BODY_LIMIT);
  return new Cap(4 * mostOfClient, mostOfClient);
}
