import type { Answer } from '@conclave/runner-sdk';
import { jsonOf, notOurs, refusal } from './client.js';
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
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Of another kind is not what a Conclave answers. Throws {@link CliError}. */
export function checkKind(reach: Reach, { response }: Answered, kind: string): void {
  const type = response.headers.get('content-type') ?? 'nothing';
  if (type.startsWith(kind)) return;
  response.body.destroy();
  throw notOurs(reach, response.status, ` with ${type}`);
}
