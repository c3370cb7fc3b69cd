import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { VERSION } from '@conclave/kernel';
import { credentialsIn, Redirected, type Trust } from '@conclave/runner-sdk';

/** Where nobody takes up a connection, or speaks TLS; what was sent on one is waited for longer. */
const CONNECT_MS = 10_000;

export interface Asked {
  method?: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** As much of a `Response` as commands look at. */
export interface Response {
  status: number;
  ok: boolean;
  headers: { get(name: string): string | null };
  body: IncomingMessage;
}

/**
 * One request; who asks is led nowhere else. Not `fetch`: to load it takes as long as most commands do. Rejects with what the
 * network says, with `UnusableFile`, with {@link Redirected}, or with the reason of the signal.
 */
export async function ask(url: string, asked: Asked, trust: Trust): Promise<Response> {
  const isTls = url.startsWith('https:');
  const begin = isTls ? (await import('node:https')).request : requestHttp;
  const own = await credentialsIn(trust); // also for http://: a file that cannot be used is told before anything is sent
  const { method = 'GET', body, signal } = asked;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // a connection for each: one that is kept may be closed by the other side in the moment in which it is used
    const request = begin(url, { method, headers: headersOf(asked), agent: false, ...(isTls && own) });
    request.on('error', reject).once('response', (message) => {
      const response = responseOf(message);
      if (response.status < 300 || response.status >= 400) return resolve(response);
      message.destroy();
      reject(new Redirected(url, response));
    });
    // also without an error and without an answer, as after a 101 that nobody asked for
    request.once('close', () => reject(coded('ECONNRESET', 'nothing was answered')));
    limitConnecting(request, isTls);
    endWith(signal, request);
    request.end(body);
  });
}

const headersOf = ({ headers, body }: Asked): Record<string, string | number> => ({
  'user-agent': `conclave/${VERSION}`,
  accept: '*/*',
  'accept-encoding': 'identity', // nothing here unpacks
  ...headers,
  ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
});

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

function limitConnecting(request: ClientRequest, isTls: boolean): void {
  const end = (): void => void request.destroy(coded('CONNECT_TIMEOUT', `no connection in ${CONNECT_MS} ms`));
  const late = setTimeout(end, CONNECT_MS);
  const done = (): void => clearTimeout(late);
  request.once('socket', (socket) => socket.once(isTls ? 'secureConnect' : 'connect', done));
  request.once('close', done);
}

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode!;
  const get = (name: string): string | null => message.headers[name]?.toString() ?? null;
  return { status, ok: status >= 200 && status < 300, headers: { get }, body: message };
}

function endWith(signal: AbortSignal, request: ClientRequest): void {
  let answer: IncomingMessage | null = null;
  const end = (): void => void (answer ?? request).destroy(signal.reason as Error);
  signal.addEventListener('abort', end);
  request.once('response', (message) => (answer = message));
  request.once('close', () => signal.removeEventListener('abort', end));
}
