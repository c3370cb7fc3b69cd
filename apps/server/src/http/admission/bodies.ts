import { Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../edge/api-problem.js';
import { Cap } from './places/caps.js';

/** What is as small is not counted: as many connections as there may be are no burden. */
export const SMALL_BODY_BYTES = 6 * 1024;
/** The most that a body may have: beats together. */
export const BODY_LIMIT = 512 * 1024;
/** That of whatever else is asked: the longest labels and reason, each letter escaped. 50,000 names take 30 ms to be read. */
export const ORDER_LIMIT = 64 * 1024;
/** That of one beat, with the longest certificate: leaders' must not be counted, in chunks either. */
export const BEAT_LIMIT = SMALL_BODY_BYTES;

/** It comes in pieces, and does not say how long it is. */
export const isInPieces = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined;

/** What it says; of one that does not say it, as much as it may be. */
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

/** Pieces are put together into such blocks: of a byte alone a hundred times as much would be kept. */
const BLOCK_BYTES = 16_384;
/** Whoever sends more has no use for that: each costs as much time as a hundred bytes. */
const MOST_PIECES = 20_000;

/** The same body in blocks, each counted as it is full; what gives them back is put into `held`. */
export function countPieces(cap: Cap, client: string, held: (() => void)[]): Transform {
  let [block, filled, pieces, bytes] = [Buffer.alloc(0), 0, 0, 0];
  const full = (): Buffer => {
    const done = block.subarray(0, filled);
    [block, filled] = [Buffer.alloc(0), 0];
    return done;
  };
  return new Transform({
    transform(piece: Buffer, _encoding, next) {
      if (++pieces > MOST_PIECES)
        return next(
          new ApiProblem(
            'invalid-request',
            `the body comes in more than ${MOST_PIECES} pieces. Send larger ones.`,
          ),
        );
      for (let from = 0; from < piece.length;) {
        if (filled === block.length) {
          if (filled > 0) this.push(full());
          const giveBack = bytes < SMALL_BODY_BYTES ? () => undefined : cap.take(client, BLOCK_BYTES);
          if (!giveBack) return next(new ApiProblem('overloaded', `${TOO_MUCH_SENT}. Send it again, later.`));
          held.push(giveBack);
          block = Buffer.allocUnsafe(bytes < SMALL_BODY_BYTES ? SMALL_BODY_BYTES : BLOCK_BYTES);
        }
        const taken = piece.copy(block, filled, from);
        [from, filled, bytes] = [from + taken, filled + taken, bytes + taken];
      }
      return next();
    },
    flush(next) {
      next(null, full());
    },
  });
}
