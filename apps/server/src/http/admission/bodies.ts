import { Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../edge/api-problem.js';
import { Cap } from './places/caps.js';

/** What is as small is not counted: as many connections as there may be are no burden. */
export const SMALL_BODY_BYTES = 6 * 1024;
/** The most that a body may have. */
export const BODY_LIMIT = 512 * 1024;
/** That of one beat, with the longest certificate: leaders' must not be counted, in chunks either. */
export const BEAT_LIMIT = SMALL_BODY_BYTES;

/** It comes in pieces, and does not say how long it is. */
export const isInPieces = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined;

/** Of a body that does not say how long it is, as much as it may be. */
export function bodyBytes({
  headers,
  routeOptions,
}: Pick<FastifyRequest, 'headers' | 'routeOptions'>): number {
  const { bodyLimit } = routeOptions;
  if (isInPieces({ headers })) return bodyLimit;
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

export const TOO_MUCH_SENT = 'too much is sent at once';

/** The same body, each piece counted as it comes; what gives them back is put into `held`. */
export function countPieces(cap: Cap, client: string, held: (() => void)[]): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, next) {
      bytes += piece.length;
      if (bytes <= SMALL_BODY_BYTES) return next(null, piece);
      const giveBack = cap.take(client, piece.length);
      if (!giveBack) return next(new ApiProblem('overloaded', `${TOO_MUCH_SENT}. Send it again, later.`));
      held.push(giveBack);
      return next(null, piece);
    },
  });
}
