import type { Answer } from '@conclave/runner-sdk';
import { endless, jsonOf, MOST_HELD, notOurs } from './client.js';
import { refusal } from './refusal.js';
import { headersOf, type Reach } from './credentials.js';
import { dial, type Answered } from './dialing.js';

type Opened = (headers: Answer['headers']) => void;

export async function* streamed<Line>(reach: Reach, path: string, opened?: Opened): AsyncGenerator<Line> {
  for await (const line of linesOf(reach, path, opened)) if (line !== '') yield JSON.parse(line) as Line;
}

/**
 * Lines of an answer as they come, as they are. Rejects with {@link CliError}, also if the answer ends in the
 * middle. `opened` is called when it begins.
 */
export async function* linesOf(
  reach: Reach,
  path: string,
  opened: Opened = () => undefined,
  accept: 'application/x-ndjson' | 'text/csv' | 'text/html' = 'application/x-ndjson',
): AsyncGenerator<string> {
  const headers = { ...headersOf(reach), accept };
  const answered = await dial(reach, path, { headers });
  const { ok, status } = answered.response;
  if (!ok) throw refusal(status, await jsonOf(reach, answered));
  checkKind(reach, answered, accept);
  opened(answered.response.headers);
  let rest = '';
  for await (const piece of answered.text) {
    const [first, ...others] = piece.split('\n'); // of that alone: a long line would be looked through with each piece
    rest += first;
    if (rest.length > MOST_HELD) throw endless(reach, status);
    if (others.length === 0) continue;
    yield rest;
    rest = others.pop()!;
    yield* others;
  }
}

/** Of another kind is not what a Conclave answers. Throws {@link CliError}. */
export function checkKind(reach: Reach, { response }: Answered, kind: string): void {
  const type = response.headers.get('content-type') ?? 'nothing';
  if (type.startsWith(kind)) return;
  response.body.destroy();
  throw notOurs(reach, response.status, ` with ${type}`);
}
