import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Cap } from './caps.js';
import type { Limits } from '../../environment/limits.js';

/** Who has said nothing by then will not: headers come in one piece. */
const HEADERS_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

/** Connections that only cost: too many of one client, and those whose requests do not come to their end. */
export function guardConnections(server: Server, limits: Limits): void {
  server.headersTimeout = Math.min(HEADERS_MS, limits.bodyTimeoutMs);
  server.requestTimeout = limits.bodyTimeoutMs;
  server.maxConnections = limits.connections;
  const cap = new Cap(limits.connections, limits.connectionsPerClient);
  server.on('connection', (socket: Socket) => {
    const giveBack = cap.take(socket.remoteAddress ?? '');
    if (!giveBack) return socket.destroy();
    socket.setMaxListeners(2 * limits.pipelined + 20); // each request may listen for its end
    socket.once('close', giveBack);
    socket.setKeepAlive(true, KEEP_ALIVE_MS); // a peer that is gone without a word is found out
    return undefined;
  });
}
