import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { giveWay } from '@conclave/kernel';
import { ApiProblem } from '../edge/api-problem.js';
import { bodyBytes, ORDER_LIMIT } from './bodies.js';

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Names that could do harm, or may be written so that they are not seen here: to look for them in earnest takes as long as to
 * hear three beats of a batch.
 */
const mayHarm = (text: string): boolean =>
  text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');

/** What stands for bytes that are no UTF-8: a name or a reason would be kept with it instead of what was meant. */
const REPLACED = '\uFFFD';

/**
 * Of names, items and brackets a thousand beats have 21,000. Of as many as fit into what beats may take a request was read for
 * 60 ms, and leaders who beat meanwhile lost their leases.
 */
const MOST_PARTS = 32_000;
const BEGINS_PART = Uint8Array.from({ length: 256 }, (_, byte) =>
  ',:[{'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

function hasTooMany(body: Buffer): boolean {
  let parts = 0;
  for (let at = 0; at < body.length && parts <= MOST_PARTS; at++) parts += BEGINS_PART[body[at]!]!;
  return parts > MOST_PARTS;
}

/** Bodies are JSON, anything else is 415. Every field may be optional: then no body at all is one, too. */
export function readJson(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser('text/plain');
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  const read = (request: FastifyRequest, body: Buffer, done: Done): void => {
    const text = body.toString();
    if (text === '') return done(null, undefined); // clients that always name a type send it with no body, too
    if (text.includes(REPLACED) && !isUtf8(body))
      return done(new ApiProblem('invalid-request', 'the body is not UTF-8.'));
    const value = mayHarm(text) ? undefined : valueOf(text);
    if (value !== undefined) done(null, value);
    else void parse(request, text, (error, safe) => done(error && refusalOf(text), safe)); // it looks for harm
  };
  // of long ones one after the other, or a leader who beats meanwhile would wait for all that came before
  const readInTurn = async (request: FastifyRequest, body: Buffer, done: Done): Promise<void> => {
    await giveWay('beats'); // nearly all of them are beats
    if (hasTooMany(body))
      done(new ApiProblem('invalid-request', 'the body has more parts than 1,000 beats. Send less.'));
    else read(request, body, done);
  };
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length <= ORDER_LIMIT) read(request, body, done);
    else void readInTurn(request, body, done);
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() === 'identity' || bodyBytes(request) === 0) done(null, payload);
    else done(new ApiProblem('media-type-unsupported', 'a body must not be compressed (Content-Encoding).'));
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined) request.body = {}; // null is a body, and no object
    done();
  });
}

const refusalOf = (text: string): ApiProblem =>
  new ApiProblem(
    'invalid-request',
    valueOf(text) === undefined
      ? 'the body is not valid JSON.'
      : 'the body names something "__proto__" or "constructor", which no field is called.',
  );

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
