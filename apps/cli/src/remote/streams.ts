import type { WatchEvents } from '@conclave/contract';
import type { Answer } from '@conclave/runner-sdk';
import { isUnanswered } from './cli-error.js';
import { warn } from './telling.js';
import { jsonOf, notOurs, refusal } from './client.js';
import { headersOf, type Reach } from './credentials.js';
import { dial, Lost, type Answered } from './dialing.js';

const AGAIN_MS = 1_000;

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

/** Of another kind is not what a Conclave answers. */
function checkKind(reach: Reach, { response }: Answered, kind: string): void {
  const type = response.headers.get('content-type') ?? 'nothing';
  if (type.startsWith(kind)) return;
  response.body.destroy();
  throw notOurs(reach, response.status, ` with ${type}`);
}

/** What a watch tells. */
type News = { [E in keyof WatchEvents]: { event: E; data: WatchEvents[E] } }[keyof WatchEvents];

/** A server-sent event stream, resumed by id for ever. */
export async function* follow(reach: Reach, path: string): AsyncGenerator<News> {
  const { createParser } = await import('eventsource-parser');
  for (let lastId: string | undefined, isFirst = true; ;) {
    try {
      const headers = { ...headersOf(reach), ...(lastId && { 'last-event-id': lastId }) };
      const answered = await dial(reach, path, { headers });
      const { ok, status } = answered.response;
      if (!ok) {
        const refused = refusal(status, await jsonOf(reach, answered));
        // of another log, perhaps an older one that was restored: all is told anew
        if (refused.details.code === 'position-not-reached' && lastId !== undefined) {
          warn(`${refused.message} What is told from here on may be of another log.`);
          lastId = undefined;
        }
        const isPassing = !isFirst && status >= 500 && refused.details.code !== 'group-unreadable';
        throw isPassing ? new Lost(4, String(status)) : refused;
      }
      checkKind(reach, answered, 'text/event-stream');
      isFirst = false;
      const heard: { event: string; data: string; id?: string }[] = [];
      const parser = createParser({
        onEvent: ({ event = 'message', data, id }) => heard.push({ event, data, ...(id && { id }) }),
      });
      for await (const piece of answered.text) {
        parser.feed(piece);
        for (const { event, data, id } of heard.splice(0)) {
          lastId = id ?? lastId;
          yield { event, data: JSON.parse(data) as unknown } as News;
        }
      }
    } catch (error) {
      if (isFirst || !isUnanswered(error)) throw error; // it is starting or stopping: tried again
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
