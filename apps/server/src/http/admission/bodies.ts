import type { FastifyRequest } from 'fastify';
import { Cap } from './places/caps.js';

/** What is as small is not counted: as many connections as there may be are no burden. */
export const SMALL_BODY_BYTES = 6 * 1024;
/** The most that a body may have. */
export const BODY_LIMIT = 512 * 1024;
/** That of one beat, with the longest certificate: leaders' must not be counted, in chunks either. */
export const BEAT_LIMIT = SMALL_BODY_BYTES;

/** Of a body that does not say how long it is, as much as it may be. */
export function bodyBytes({
  headers,
  routeOptions,
}: Pick<FastifyRequest, 'headers' | 'routeOptions'>): number {
  const { bodyLimit } = routeOptions;
  if (headers['transfer-encoding'] !== undefined) return bodyLimit;
  return Math.min(Number(headers['content-length'] ?? 0), bodyLimit);
}

/**
 * Bytes of bodies that come in, or are being worked on: read they take six times as much of the heap. A quarter for one
 * client.
 */
export function bodiesIn(heapBytes: number): Cap {
  const mostOfClient = Math.max(heapBytes / 64, 2 * BODY_LIMIT);
  return new Cap(4 * mostOfClient, mostOfClient);
}
