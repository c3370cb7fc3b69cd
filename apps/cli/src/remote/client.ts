import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ProblemReply, WatchEvents, WriteReply } from '@conclave/contract';
import { fetchFor } from '@conclave/runner-sdk';
import { CliError } from './cli-error.js';
import { distrust } from './distrust.js';
import { configFile } from './config-file.js';
import { credentials, headersOf, type Reach } from './credentials.js';
import { warn, warnOnce } from './telling.js';

export { credentials, type Reach } from './credentials.js';

export interface Wish extends Reach {
  reason?: string;
  ifTerm?: number;
  dryRun?: boolean;
  yes?: boolean;
}

export function urlOf({ url }: Reach): string {
  const text = (url || process.env.CONCLAVE_URL || configFile().url || 'http://127.0.0.1:7600').replace(
    /\/+$/,
    '',
  );
  if (text.includes('@'))
    throw new CliError(
      2,
      'an address of a server takes no user and no password: give a token, see docs/access.md.',
    );
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new CliError(2, `"${text}" is no address of a server; write it like http://127.0.0.1:7600.`);
}

/** Throws {@link CliError} for files that cannot be read. */
async function dial(reach: Reach, path: string, init: RequestInit): Promise<Response> {
  const { ca, cert, key } = credentials(reach);
  const missing = [ca, cert, key].find((file) => file !== undefined && !existsSync(file));
  if (missing !== undefined) throw new CliError(2, `there is no file "${missing}".`);
  try {
    return await fetchFor({ ca, cert, key })(urlOf(reach) + path, init);
  } catch (error) {
    throw unreachable(reach, error);
  }
}

const ELSEWHERE = 'Is the server running? --url, CONCLAVE_URL or the config file name another.';

/**
 * One request; what it is answered stands in the contract. Rejects with {@link CliError} that says what is
 * true now, where the server says so.
 */
export async function request<Reply>(
  reach: Reach,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await dial(reach, path, {
    method,
    headers: { ...headersOf(reach), 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await jsonOf(reach, response)) as Answer;
  const staleMs = Number(response.headers.get('x-conclave-stale-ms') ?? 0);
  if (staleMs > 0)
    warn(
      `warning: this server has heard nothing from its store for ${(staleMs / 1_000).toFixed(1)} s; what it says may be old`,
    );
  if (response.headers.get('x-conclave-auth') === 'off')
    warnOnce('warning: this server asks nobody who he is: everybody who reaches it may do everything');
  if (response.ok) return answer as Reply;
  throw refusal(response.status, answer);
}

export type Method = 'PUT' | 'POST' | 'DELETE';

/** A command; its reason and its condition go into the body, or into the query of a DELETE. */
export async function send(wish: Wish, method: Method, path: string, body: object = {}): Promise<WriteReply> {
  const query = new URLSearchParams(wish.dryRun ? { dryRun: 'true' } : {});
  const conditions = {
    ...(wish.reason && { reason: wish.reason }),
    ...(wish.ifTerm !== undefined && { ifTerm: wish.ifTerm }),
  };
  if (method === 'DELETE')
    for (const [name, value] of Object.entries(conditions)) query.set(name, String(value));
  const content = method !== 'DELETE' ? { ...body, ...conditions } : undefined;
  return request(wish, method, `${path}${query.size > 0 ? `?${query.toString()}` : ''}`, content);
}

type Answer = Partial<ProblemReply>;

function unreachable(reach: Reach, error: unknown): CliError {
  const { cause, message } = error as Error & { cause?: { code?: string } };
  const wrong = distrust(urlOf(reach), error as Error);
  if (wrong) return new CliError(4, wrong);
  return new CliError(4, `${urlOf(reach)} does not answer (${cause?.code ?? message}). ${ELSEWHERE}`);
}

function refusal(status: number, { code, detail = 'refused', current }: Answer): CliError {
  const now = current
    ? ` Now: ${current.leader ? `"${current.leader.runner}" leads` : 'nobody leads'}, term ${current.term}.`
    : '';
  const named = code ?? String(status);
  return new CliError(status === 503 ? 4 : 3, `${named}: ${detail}${now}`, {
    code: named,
    detail,
    ...(current && { current }),
  });
}

export async function* streamed<Line>(reach: Reach, path: string, opened?: () => void): AsyncGenerator<Line> {
  for await (const line of linesOf(reach, path, opened)) if (line !== '') yield JSON.parse(line) as Line;
}

/**
 * Lines of an NDJSON answer as they come, as they are. Rejects with {@link CliError}, also if the answer ends in the
 * middle. `opened` is called when it begins.
 */
export async function* linesOf(
  reach: Reach,
  path: string,
  opened: () => void = () => undefined,
): AsyncGenerator<string> {
  const response = await dial(reach, path, {
    headers: { ...headersOf(reach), accept: 'application/x-ndjson' },
  });
  if (!response.ok) throw refusal(response.status, (await jsonOf(reach, response)) as Answer);
  opened();
  let rest = '';
  try {
    // Not `pipeThrough`: on Node 20 its queue grows and slows down when the reader is slower than the server.
    for await (const chunk of Readable.fromWeb(response.body! as never).setEncoding(
      'utf8',
    ) as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    throw unreachable(reach, error);
  }
}

async function jsonOf(reach: Reach, response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(
      4,
      `${urlOf(reach)} is no Conclave: it answered ${response.status} with something else than JSON. ${ELSEWHERE}`,
    );
  }
}

/** What a watch tells. */
type News = { [E in keyof WatchEvents]: { event: E; data: WatchEvents[E] } }[keyof WatchEvents];

/** A server-sent event stream, resumed by id for ever. */
export async function* follow(reach: Reach, path: string): AsyncGenerator<News> {
  const { EventSourceParserStream } = await import('eventsource-parser/stream');
  for (let lastId: string | undefined, isFirst = true; ;) {
    try {
      const response = await dial(reach, path, {
        headers: { ...headersOf(reach), ...(lastId && { 'last-event-id': lastId }) },
      });
      if (!response.ok && (isFirst || response.status < 500))
        throw refusal(response.status, (await jsonOf(reach, response)) as Answer);
      if (response.ok && !response.headers.get('content-type')?.startsWith('text/event-stream'))
        await jsonOf(reach, response);
      if (!response.ok) throw new Error(`${response.status}`); // it is starting or stopping: tried again
      isFirst = false;
      for await (const { event = 'message', data, id } of response
        .body!.pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())) {
        lastId = id ?? lastId;
        yield { event, data: JSON.parse(data) as unknown } as News;
      }
    } catch (error) {
      if (error instanceof CliError && (isFirst || error.exitCode !== 4)) throw error;
      if (isFirst) throw new CliError(4, `${urlOf(reach)} does not answer. ${ELSEWHERE}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
