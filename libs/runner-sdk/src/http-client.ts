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

const OVER: ReadonlySet<string> = new Set([
  'term-stale',
  'incarnation-superseded',
  'runner-unknown',
  'group-unknown',
]);
/** True if a server says that a term is over, or is not this runner's. Any other refusal says nothing of it. */
export const isTermOver = (error: unknown): boolean => error instanceof ApiError && OVER.has(error.code);

/** Requests to whichever server answers: the next one is tried after a failure. */
export class HttpClient {
  private current = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly token: string | undefined,
  ) {}

  get url(): string {
    return this.urls[this.current % this.urls.length]!;
  }

  headers(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }

  /** Moves on to the next server. */
  failover(): void {
    this.current++;
  }

  /**
   * Rejects with {@link ApiError}, or with what fetch says if nobody answers within `timeoutMs`. Whoever does not
   * answer as Conclave does, be it a proxy's page or half an answer, is left for the next server.
   */
  async send(
    method: string,
    path: string,
    body: object,
    timeoutMs: number,
    stop?: AbortSignal,
  ): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let answer: { code?: string; detail?: string };
    try {
      response = await fetch(this.url + path, {
        method,
        body: JSON.stringify(body),
        signal: stop ? AbortSignal.any([timeout, stop]) : timeout,
        headers: { 'content-type': 'application/json', ...this.headers() },
      });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      this.failover();
      throw error;
    }
    if (response.ok) return answer;
    if (response.status >= 500 || answer.code === undefined) this.failover();
    throw new ApiError(response.status, answer.code ?? 'unknown', answer.detail ?? response.statusText);
  }
}
