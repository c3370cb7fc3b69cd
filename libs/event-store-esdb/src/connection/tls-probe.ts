import { connect } from 'node:tls';
import { StoreUnusable } from '@conclave/event-store';
import { addressOf, type Endpoint, type Target } from './connection-string.js';

export const PROBE_MS = 1_000;

/**
 * A server that speaks TLS just closes a connection without it, and gRPC says no more than that it failed.
 * Says what it is; rejects if it is something else.
 */
export async function notInsecure({ isSecure }: Target, endpoint: Endpoint): Promise<StoreUnusable> {
  if (isSecure || !(await speaksTls(endpoint))) throw new Error('it does not speak TLS');
  return new StoreUnusable(
    `EventStoreDB at ${addressOf(endpoint)} speaks TLS. Leave out tls=false, and name its authority with tlsCAFile=… if need be.`,
  );
}

/** Only a handshake is made and nothing is sent, so the certificate does not matter. */
async function speaksTls({ host, port }: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket
      .setTimeout(PROBE_MS, end(false))
      .once('secureConnect', end(true))
      .once('error', end(false))
      .once('close', end(false));
  });
}
