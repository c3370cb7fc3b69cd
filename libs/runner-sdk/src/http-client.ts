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

  /** Rejects with {@link ApiError}, or with what fetch says if nobody answers within `timeoutMs`. */
  async send(method: string, path: string, body: object, timeoutMs: number): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        method,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
        headers: { 'content-type': 'application/json', ...this.headers() },
      });
    } catch (error) {
      this.failover();
      throw error;
    }
    const answer = (await response.json()) as { code?: string; detail?: string };
    if (response.ok) return answer;
    if (response.status >= 500) this.failover();
    throw new ApiError(response.status, answer.code ?? 'unknown', answer.detail ?? response.statusText);
  }
}
