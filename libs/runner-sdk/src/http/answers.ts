import type { Answer } from './asking.js';
import { textOf } from './dialing.js';

/** An answer that is not 2xx; `code` is from Conclave's catalogue. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Whoever listens there is no Conclave, or something between answers in its place. */
export class NotConclave extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(`${url} answered (${status}), but not as Conclave does: is it another program, or a proxy?`);
  }
}

const OVER: ReadonlySet<string> = new Set([
  'term-stale',
  'incarnation-superseded',
  'runner-unknown',
  'group-unknown',
  'group-deleted',
]);
/** True if a server says that a term is over, or is not this runner's. Any other refusal says nothing of it. */
export const isTermOver = (error: unknown): boolean => error instanceof ApiError && OVER.has(error.code);

/** A server's own: whom it lets in, by which name it is called and how much it takes may be otherwise at the next one. */
export const isOwnRefusal = ({ status, code }: ApiError): boolean =>
  status >= 500 || [401, 403, 408, 421, 429].includes(status) || code === 'limit-reached';

/** What was answered, to one request or to one of several things that were said in it. */
export interface Heard {
  status: number;
  headers: Answer['headers'];
  /** Undefined: it is a page of somebody who stands between, or the half of an answer. */
  answer: unknown;
}

/** All of it. Rejects as {@link textOf} does. */
export async function hear(url: string, response: Answer): Promise<Heard> {
  const { status, headers } = response;
  return { status, headers, answer: jsonIn(await textOf(url, response)) };
}

/** What it says, if that has what will be used of it; throws {@link ApiError}, or {@link NotConclave}. */
export function fitting<T>(url: string, { status, answer }: Heard, fits: (answer: T) => boolean): T {
  const isGood = status >= 200 && status < 300;
  if (isGood && isObject(answer) && fits(answer as T)) return answer as T;
  if (!isProblem(answer)) throw new NotConclave(url, status);
  throw new ApiError(status, answer.code, answer.detail ?? answer.code);
}

/** For whoever waits for it no longer. A refusal, or what does not fit, says nothing. */
export const hearLate =
  (url: string, take: (heard: Heard) => void) =>
  (response: Answer): void =>
    void hear(url, response)
      .then(take)
      .catch(() => undefined);

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface Problem {
  type: string;
  code: string;
  detail?: string;
}
const isObject = (answer: unknown): answer is object => typeof answer === 'object' && answer !== null;
/** A refusal by Conclave; a gateway has words of its own. */
const isProblem = (answer: unknown): answer is Problem => {
  const { type, code } = (isObject(answer) ? answer : {}) as Partial<Problem>;
  return typeof code === 'string' && type === `/docs/problems#${code}`;
};
