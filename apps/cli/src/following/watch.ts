import type { WatchEvents } from '@conclave/contract';
import { isUnanswered } from '../remote/cli-error.js';
import { endless, jsonOf, MOST_HELD } from '../remote/client.js';
import { refusal } from '../remote/refusal.js';
import { headersOf, type Reach } from '../remote/credentials.js';
import { dial, Lost, passOver, urlOf, urlsOf, type Answered } from '../remote/dialing.js';
import { checkKind } from '../remote/streams.js';
import { say } from '../remote/telling.js';
import { KnownLog, OTHER_LOG } from './known-log.js';
import { Outage } from './outage.js';

const AGAIN_MS = 1_000;

/** What a watch tells. */
type News = { [E in keyof WatchEvents]: { event: E; data: WatchEvents[E] } }[keyof WatchEvents];

/** A server-sent event stream, resumed by id for ever. */
export async function* follow(reach: Reach, path: string): AsyncGenerator<News> {
  const outage = new Outage();
  const log = new KnownLog(reach);
  for (let lastId: string | undefined, isFirst = true; ;) {
    let isOpen = false;
    try {
      if (!(await log.isSame())) {
        say(OTHER_LOG);
        lastId = undefined;
      }
      const headers = { ...headersOf(reach), ...(lastId && { 'last-event-id': lastId }) };
      const answered = await dial(reach, path, { headers });
      const { ok, status, headers: about } = answered.response;
      if (!ok) {
        const refused = refusal(status, await jsonOf(reach, answered));
        // of another log, perhaps an older one that was restored: all is told anew
        if (refused.details.code === 'position-not-reached' && lastId !== undefined) {
          say(`${refused.message} ${OTHER_LOG}`);
          lastId = undefined;
        }
        const isPassing = !isFirst && status >= 500 && refused.details.code !== 'group-unreadable';
        throw isPassing ? new Lost(4, refused.message) : refused;
      }
      checkKind(reach, answered, 'text/event-stream');
      isFirst = false;
      isOpen = true;
      outage.hear(urlOf(reach), Number(about.get('x-conclave-stale-ms') ?? 0));
      for await (const { id, ...news } of newsIn(reach, answered)) {
        lastId = id ?? lastId;
        yield news;
        if (news.event !== 'stale') continue;
        outage.hear(urlOf(reach), news.data.staleMs);
        if (news.data.staleMs === 0 || urlsOf(reach).length === 1) continue;
        passOver(reach, urlOf(reach)); // another server may hear
        break;
      }
    } catch (error) {
      if (isFirst || !isUnanswered(error)) throw error; // it is starting or stopping: tried again
      if (!isOpen) outage.lose(error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function* newsIn(reach: Reach, { response, text }: Answered): AsyncGenerator<News & { id?: string }> {
  const { createParser } = await import('eventsource-parser');
  const heard: (News & { id?: string })[] = [];
  const parser = createParser({
    maxBufferSize: MOST_HELD,
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw endless(reach, response.status);
    },
    onEvent: ({ event = 'message', data, id }) =>
      heard.push({ event, data: JSON.parse(data) as unknown, ...(id && { id }) } as News),
  });
  for await (const piece of text) {
    parser.feed(piece);
    yield* heard.splice(0);
  }
}
