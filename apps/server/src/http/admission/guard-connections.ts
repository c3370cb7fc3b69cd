import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { turns } from '@conclave/kernel';
import type { Arrivals } from './places/arrivals.js';
import { Cap } from './places/caps.js';
import { cutOffUnread, type Unread } from './unread.js';
import type { Limits } from '../../environment/limits.js';

/**
 * Requests of all connections that wait behind another one of theirs: next to no client sends any, and thousands of
 * connections that send eight at once fill the memory, and stop everybody for seconds.
 */
const MOST_BEHIND = 1_000;

/** Who has said nothing by then will not: headers come in one piece. */
const HEADERS_MS = 10_000;
/** For the headers of a request; before them for a handshake of TLS, of which nothing else here hears. */
export const headersMs = ({ bodyTimeoutMs }: Limits): number => Math.min(HEADERS_MS, bodyTimeoutMs);
const KEEP_ALIVE_MS = 30_000;

/**
 * Connections that only cost: too many of one client, and those whose requests do not come to their end. `closed`: one was, and
 * why, for whoever wonders at 3 a.m. where his runners are: a proxy hears nothing but that it is closed.
 */
export function guardConnections(
  server: Server,
  limits: Limits,
  unread: Unread,
  arrivals: Arrivals,
  closed: (tooManyOf: 'client' | 'all', why: string) => void,
): void {
  server.headersTimeout = headersMs(limits);
  server.requestTimeout = limits.bodyTimeoutMs;
  server.maxConnections = limits.connections;
  cutOffPipelines(server, limits.pipelined, unread);
  cutOffUnread(server, unread);
  const cap = new Cap(limits.connections, limits.connectionsPerClient);
  server.on('drop', () =>
    closed('all', tooMany('there are', 'CONCLAVE_MAX_CONNECTIONS', limits.connections)),
  );
  server.on('connection', (socket: Socket) => {
    turns.hasLetIn = true;
    arrivals.comeIn();
    const giveBack = cap.take(socket.remoteAddress ?? '');
    if (!giveBack) {
      const it = `${socket.remoteAddress} (one client, whoever comes through it, if it is a proxy) has`;
      closed('client', tooMany(it, 'CONCLAVE_MAX_CONNECTIONS_PER_CLIENT', limits.connectionsPerClient));
      return socket.destroy();
    }
    socket.setMaxListeners(2 * limits.pipelined + 20); // each request may listen for its end
    socket.once('close', giveBack);
    socket.setKeepAlive(true, KEEP_ALIVE_MS); // a peer that is gone without a word is found out
    return undefined;
  });
}

const tooMany = (who: string, limit: string, most: number): string =>
  `connections are closed at once: ${who} as many as ${limit} allows, ${most}`;

/**
 * A connection of which more requests than that wait for their answers is cut off: what they are told has to wait, too.
 * Before anything else looks at them: what comes in one piece is read to its end, hundreds at a time.
 */
function cutOffPipelines(server: Server, most: number, unread: Unread): void {
  const running = new WeakMap<Socket, number>();
  let behind = 0;
  const listeners = server.listeners('request') as ((
    request: IncomingMessage,
    reply: ServerResponse,
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, reply) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (running.get(socket) ?? 0) + 1;
    const isBehind = count > 1;
    if (count > most || (isBehind && behind >= MOST_BEHIND)) return void socket.destroy();
    running.set(socket, count);
    reply.once('close', () => running.set(socket, running.get(socket)! - 1));
    if (isBehind) {
      behind++;
      const answered = unread.behind(socket, reply as { outputSize?: number });
      const gone = () => tellGone(reply);
      socket.once('close', gone);
      reply.once('close', () => {
        behind--;
        answered();
        socket.off('close', gone);
      });
    }
    for (const listener of listeners) listener.call(server, request, reply);
  });
}

/** Node 22 does not tell an answer behind another one that its connection is closed: what it holds were held for ever. */
function tellGone(reply: ServerResponse): void {
  reply.destroy();
  setImmediate(() => {
    if (reply.closed) return;
    Object.assign(reply, { _closed: true }); // what `closed` says: who comes later asks that
    reply.emit('close');
  });
}
