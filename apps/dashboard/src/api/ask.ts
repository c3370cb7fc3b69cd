import type { LeaderReply, ProblemReply } from '@conclave/contract';
import { hearAge } from './age.js';
import { hearTime } from './clock.js';
import { credentials, isSignedIn, wantToken } from './token.js';

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
}

/** The answer, once it is known to be one. */
export async function fetchFrom(path: string, asked: Asked = {}): Promise<Response> {
  const { method = 'GET', body, accept = 'application/json', headers = {}, signal } = asked;
  const hadToken = isSignedIn();
  const response = await fetch(path, {
    method,
    headers: {
      accept,
      ...credentials(),
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
  hearAge(response.headers);
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as Partial<ProblemReply>;
  if (response.status === 401 && isSignedIn() === hadToken) wantToken();
  throw new Problem(
    response.status,
    problem.code ?? 'internal',
    problem.detail ?? `The server answered ${response.status}.`,
    problem.current ?? null,
  );
}

export const ask = async <T>(path: string, asked?: Asked): Promise<T> =>
  (await (await fetchFrom(path, asked)).json()) as T;

/** A path with what of the query is there. */
export function pathOf(path: string, query: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as string[][]).toString()}`;
}

export const groupPath = (group: string, rest = ''): string =>
  `/v1/groups/${encodeURIComponent(group)}${rest}`;
