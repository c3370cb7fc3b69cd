import { once } from 'node:events';

/** What a server that waits for TLS does where it hears none; so does one that is killed, and what speaks no HTTP. */
const HEARS_TLS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'HPE_INVALID_CONSTANT']);
const MOST_MS = 2_000;

/** True if whoever did not answer at this `http://` takes up TLS there. */
export async function speaksTls(url: string, { code }: { code?: unknown }): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:' || !HEARS_TLS.has(code)) return false;
  const { connect } = await import('node:tls');
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false }); // nothing is said to it
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(MOST_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
