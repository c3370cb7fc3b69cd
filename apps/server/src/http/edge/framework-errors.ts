import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, type ProblemCode } from '@conclave/contract';
import { randomUuid } from '@conclave/kernel';
import { problemType } from './api-problem.js';
import { protect } from './guard-browsers.js';

// Errors that come before routing, where neither hooks nor Nest's filter reach.

const TYPE = 'application/problem+json';
/** A client that does not read the answer is cut off. */
const LINGER_MS = 2_000;

function problemText(code: ProblemCode, detail: string, instance: string): string {
  const { status, title } = PROBLEMS[code];
  return JSON.stringify({ type: problemType(code), title, status, detail, code, instance });
}

/** A path that cannot be decoded, and the like. */
export function frameworkErrors(error: FastifyError, { id }: FastifyRequest, reply: FastifyReply): void {
  const code = 'invalid-request';
  const { status } = PROBLEMS[code];
  void protect(reply)
    .status(status)
    .header('x-correlation-id', id)
    .type(TYPE)
    .send(problemText(code, `${error.message.replace(/\?[^']*/, '')}.`, id)); // a query may hold a token
}

const OF_PARSER: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'the headers are larger than 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['payload-too-large', 'the extensions of a chunk are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'the request did not come as a whole in time.'],
};

/** What is no HTTP. Nothing that comes after it on the connection could be told from it, so that one ends. */
export function clientErrors(error: ConnectionError, socket: Socket): void {
  const { code: reason } = error;
  if (reason === 'ECONNRESET' || socket.destroyed) return;
  const running = (socket as { _httpMessage?: ServerResponse })._httpMessage;
  if (!socket.writable || running?.headersSent) {
    socket.destroy(); // in the middle of another answer this one would be read as part of it
    return;
  }
  const [code, detail] = OF_PARSER[reason] ?? [
    'invalid-request',
    `this is not HTTP: ${error.message.replace(/^Parse Error: /, '')}.`,
  ];
  // a whole request before it may be changing something: its answer goes first
  if (running?.req.complete && !running.writableFinished)
    running.once('finish', () => refuseAt(socket, code, detail));
  else refuseAt(socket, code, detail);
}

function refuseAt(socket: Socket, code: ProblemCode, detail: string): void {
  const id = randomUuid();
  const text = problemText(code, detail, id);
  const { status, title } = PROBLEMS[code];
  socket.on('error', () => undefined); // it is about to end
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      'connection: close',
      `content-type: ${TYPE}; charset=utf-8`,
      `content-length: ${Buffer.byteLength(text)}`,
      `x-correlation-id: ${id}`,
      'x-content-type-options: nosniff',
      '',
      text,
    ].join('\r\n'),
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** What Node would answer by itself, without a problem: a tunnel, and an expectation that it does not know. */
export function answerOddities(server: Server): void {
  server.on('connect', (_request: IncomingMessage, socket: Socket) =>
    refuseAt(socket, 'invalid-request', 'this server is no proxy: it has no CONNECT.'),
  );
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}
