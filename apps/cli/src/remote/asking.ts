import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { credentialsIn, Redirected, type Trust } from '@conclave/runner-sdk';

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
  const { method = 'GET', body, signal } = asked;
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
  const headers = { ...asked.headers, ...length };
  const own = await credentialsIn(trust); // also for http://: a file that cannot be used is told before anything is sent
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = begin(url, { method, headers, ...(isTls && own) });
    request.on('error', reject).once('response', (message) => {
      const response = responseOf(message);
      if (response.status < 300 || response.status >= 400) return resolve(response);
      message.destroy();
      reject(new Redirected(url, response));
    });
    endWith(signal, request);
    request.end(body);
  });
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
