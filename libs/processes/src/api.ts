import { EventSourceParserStream } from 'eventsource-parser/stream';
import { until } from './processes.js';

export interface Answer {
  status: number;
  body: any;
  headers: Headers;
}

/** The HTTP API as a test speaks it. */
export class Api {
  constructor(readonly url: string) {}

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isReady = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: isReady ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson =
      response.headers.get('content-type')?.includes('json') &&
      !response.headers.get('content-type')!.includes('ndjson');
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  get = (path: string, headers?: Record<string, string>) => this.call('GET', path, undefined, headers);
  put = (path: string, body: unknown, headers?: Record<string, string>) =>
    this.call('PUT', path, body, headers);
  post = (path: string, body: unknown, headers?: Record<string, string>) =>
    this.call('POST', path, body, headers);
  delete = (path: string, headers?: Record<string, string>) => this.call('DELETE', path, undefined, headers);

  /** Opens a server-sent event stream and gathers what comes. */
  async stream(path: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const stop = new AbortController();
    const response = await fetch(this.url + path, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: stop.signal,
    });
    return new EventStream(response, stop);
  }
}

export interface StreamEvent {
  event: string;
  id: string | undefined;
  data: any;
  atMs: number;
}

export class EventStream {
  readonly events: StreamEvent[] = [];
  isClosed = false;

  constructor(
    readonly response: Response,
    private readonly stop: AbortController,
  ) {
    void this.gather()
      .catch(() => undefined)
      .finally(() => {
        this.isClosed = true;
      });
  }

  private async gather(): Promise<void> {
    for await (const { event, id, data } of this.response
      .body!.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())) {
      this.events.push({ event: event ?? 'message', id, data: JSON.parse(data), atMs: performance.now() });
    }
  }

  async next(what: string, fits: (e: StreamEvent) => boolean): Promise<StreamEvent> {
    return until(what, () => this.events.find(fits));
  }

  /** Closes the socket as a dying process would: without a word. */
  cut(): void {
    this.stop.abort();
  }
}
