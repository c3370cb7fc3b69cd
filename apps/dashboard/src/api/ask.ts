import type { LeaderReply, ProblemReply } from '@conclave/contract';
import { hearAge } from './age.js';
import { hearTime } from './clock.js';
import { asTold } from './told.js';
import { credentials, wantToken } from './token.js';

/** Why an answer is none. `status` 0: nobody answered at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly current: LeaderReply | null = null,
  ) {
    super(detail);
  }
}

export interface Asked {
  method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  body?: object | undefined;
  accept?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** How long the first word of the answer may take. */
  patienceMs?: number;
  /** A status that brings an answer, too. */
  also?: number;
}

/** The answer, once it is known to be one. */
export async function fetchFrom(path: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', body, accept = 'application/json', headers = {}, signal } = asked;
  const shown = credentials();
  const response = await fetch(path, {
    method,
    headers: {
      accept,
      ...shown,
      ...headers,
      // also without a body: a web form cannot say so
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    cache: 'no-store',
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', 'The server does not answer.');
  });
  hearTime(response.headers);
  if (response.ok && path.startsWith('/v1')) hearAge(response.headers); // others do not say it
  if (response.ok || response.status === asked.also) return response;
  const problem = (await response.json().catch(() => ({}))) as Partial<ProblemReply>;
  // also late: of whoever was here before
  if (response.status === 401 && credentials().authorization === shown.authorization) wantToken();
  throw new Problem(
    response.status,
    problem.code ?? 'internal',
    problem.detail ?? `The server answered ${response.status}.`,
    problem.current ?? null,
  );
}

/** As long as a server may take to say that it cannot (docs/operations.md); and then as long as the answer may be on its way. */
const UNANSWERED_MS = 30_000;
const UNREAD_MS = 120_000;

/** The whole answer. Nobody waits for ever: of connections that a network has forgotten a browser has six, and then none. */
async function wholeOf<T>(path: string, asked: Asked, read: (response: Response) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const giveUp = (): void => late.abort(new DOMException('too late', 'TimeoutError'));
  let timer = setTimeout(giveUp, asked.patienceMs ?? UNANSWERED_MS);
  const signal = asked.signal ? AbortSignal.any([asked.signal, late.signal]) : late.signal;
  try {
    const isRead = asked.method === undefined;
    const response = await fetchFrom(isRead ? asTold(path) : path, { ...asked, signal });
    clearTimeout(timer);
    timer = setTimeout(giveUp, UNREAD_MS);
    return await read(response).catch(cutOff);
  } finally {
    clearTimeout(timer);
  }
}

export const ask = async <T>(path: string, asked: Asked = {}): Promise<T> =>
  wholeOf(path, asked, async (response) => (await response.json()) as T);
export const askText = async (path: string, asked: Asked = {}): Promise<string> =>
  wholeOf(path, { accept: 'text/plain', ...asked }, async (response) => response.text());

/** Of an answer that has begun: it ended before its end, or is none of Conclave's. */
export function cutOff(error: Error): never {
  if (error instanceof Problem || error.name === 'AbortError') throw error;
  const isOther = error instanceof SyntaxError;
  throw new Problem(0, 'unreachable', isOther ? 'What came is no answer.' : 'The answer was cut off.');
}

/** A path with what of the query is there. */
export function pathOf(path: string, query: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as string[][]).toString()}`;
}

export const groupPath = (group: string, rest = ''): string =>
  `/v1/groups/${encodeURIComponent(group)}${rest}`;
