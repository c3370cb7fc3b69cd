import type { Answer } from './asking.js';
import { askerFor, textOf, type Ask } from './dialing.js';
import { lineTo } from './lines.js';
import { afterTurns } from './pacing.js';
import { checkToken, FileText, stampOf, type Trust } from './trust.js';

/** An answer that is not 2xx; `code` is from Conclave's catalogue. */
export class ApiError extends Error {
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
  constructor(url: string, status: number) {
    super(`${url} answered (${status}), but not as Conclave does: is it another program, or a proxy?`);
  }
}

export interface Asked<T> {
  method: string;
  path: string;
  body?: object;
  timeoutMs: number;
  /** Shows the join token. */
  isJoining?: boolean;
  /** Gives the request up. */
  stop?: AbortSignal;
  /** For so long others of this process are let go first; Infinity by default. */
  waitMs?: number;
  /** True if the answer has what will be used of it. */
  fits: (answer: T) => boolean;
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

export interface ClientOptions extends Trust {
  urls: readonly string[];
  secret: string;
  token?: string;
  tokenFile?: string;
  joinToken?: string;
}

/** Of shorter pauses of a store all servers are over at once: to leave each time would move everybody. */
const DEAF_MS = 2_000;

/** Requests to whichever server answers: the next one is tried after a failure. */
export class HttpClient {
  private current = 0;
  /** Servers whose last answer said that they hear nothing from their store: what they know is old. */
  private readonly deaf = new Set<string>();
  readonly dial: Ask;

  private readonly tokenFile: FileText | null;
  /** This process's own, which it got for its join token. */
  credential: string | null = null;

  constructor(private readonly options: ClientOptions) {
    this.tokenFile = options.tokenFile === undefined ? null : new FileText(options.tokenFile);
    this.dial = askerFor(options);
  }

  get urls(): readonly string[] {
    return this.options.urls;
  }

  get url(): string {
    const { urls } = this;
    return urls[this.current % urls.length]!;
  }

  /** `isJoining`: who joins shows what lets it join. */
  headers(isJoining = false): Record<string, string> {
    const { secret, token, tokenFile, joinToken } = this.options;
    const kept = this.tokenFile && checkToken(this.tokenFile.current, `the token file "${tokenFile}"`);
    const own = this.credential ?? kept ?? token;
    const shown = isJoining ? (joinToken ?? own) : own;
    return { 'x-conclave-secret': secret, ...(shown && { authorization: `Bearer ${shown}` }) };
  }

  /** Changes when what is shown to servers was renewed; null: that cannot be told now. */
  get shown(): string | null {
    try {
      const { cert, key } = this.options;
      const stamp = stampOf([cert, key].filter((path) => path !== undefined));
      const { authorization = '' } = this.headers();
      return stamp === null || this.tokenFile?.current === '' ? null : `${authorization} ${stamp}`;
    } catch {
      return null; // a file that is being renewed just now
    }
  }

  private failover(): void {
    this.current++;
  }

  /** Moves on to the next server, unless this one is left already. */
  leave(url: string): void {
    if (this.url === url) this.failover();
  }

  /** False if its last answer was old news. */
  hears = (url: string): boolean => !this.deaf.has(url);

  /** Moves on to the next server; true if that one was not deaf when it was asked last. */
  leaveDeaf(): boolean {
    this.failover();
    return this.hears(this.url);
  }

  private note(url: string, { headers }: Answer): void {
    if (Number(headers.get('x-conclave-stale-ms')) > DEAF_MS) this.deaf.add(url);
    else this.deaf.delete(url);
  }

  /**
   * Rejects with {@link ApiError}, or with why nobody answers within `timeoutMs`. Whoever does not
   * answer as Conclave does, be it another program, a proxy's page or half an answer, is left for the next server.
   */
  async send<T>({ waitMs = Infinity, ...asked }: Asked<T>): Promise<T> {
    const leave = await lineTo(this.url, 'answer').turn(waitMs, asked.stop);
    return this.ask(asked).finally(leave);
  }

  private async ask<T>({ method, path, body, timeoutMs, stop, isJoining, fits }: Asked<T>): Promise<T> {
    const given = new AbortController();
    const { url } = this;
    const giveUp = () => given.abort(new DOMException('the request was given up', 'AbortError'));
    const late = () => {
      const what = `no answer within ${timeoutMs} ms from ${new URL(url).origin}`;
      given.abort(new DOMException(what, 'TimeoutError'));
    };
    const timer = setTimeout(() => afterTurns(late), timeoutMs);
    stop?.addEventListener('abort', giveUp);
    if (stop?.aborted) giveUp();
    try {
      const response = await this.dial(url + path, {
        method,
        signal: given.signal,
        ...(body && { body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json', ...this.headers(isJoining) },
      });
      const text = await textOf(url, response);
      const answer = jsonIn(text) as T | Problem | null;
      if (response.ok && isObject(answer) && fits(answer as T)) {
        this.note(url, response);
        return answer as T;
      }
      if (!isProblem(answer)) throw new NotConclave(url, response.status);
      throw new ApiError(response.status, answer.code, answer.detail ?? answer.code);
    } catch (error) {
      const isOwn = !(error instanceof ApiError) || isOwnRefusal(error);
      // of another release: the next one may understand how it registers
      if (isOwn || (isJoining && error.code === 'invalid-request')) this.leave(url);
      throw error;
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener('abort', giveUp); // else as many as there were beats wait for the end
    }
  }
}

/** Undefined: it is a page of somebody who stands between, or the half of an answer. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A server's own: whom it lets in, by which name it is called and how much it takes may be otherwise at the next one. */
const isOwnRefusal = ({ status, code }: ApiError): boolean =>
  status >= 500 || [401, 403, 421, 429].includes(status) || code === 'limit-reached';

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
