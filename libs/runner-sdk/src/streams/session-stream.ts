import type { SessionEvents } from '@conclave/contract';
import { createParser } from 'eventsource-parser';
import { isAnswer, lineTo, type Leave } from '../http/lines.js';
import { afterTurns, backoffMs, pause } from '../pace/pacing.js';
import type { Answer, Asked } from '../http/asking.js';
import type { HttpClient } from '../http/http-client.js';

/**
 * The server says something every 10 s; a stream quieter than this is dead, whatever the socket looks like.
 */
const QUIET_MS = 30_000;
/** So long its first answer is waited for over a connection that is there already. */
const KEPT_MS = 1_000;
/** A stream that lived so long is opened anew at once: a server may be about to call its runner dead. */
const SETTLED_MS = 1_000;
/** News is a few kB at the most. Of a line without an end nothing is kept: the stream is opened anew. */
const MOST_NEWS = 2 ** 20;
/** After so many tries in vain, well within a second, it is opened at another server: an election is told by it (G5). */
const MOST_TRIES = 3;

export interface SessionNews {
  event: string;
  term?: number;
  cause?: string;
  /** Of `elected`. */
  grant?: SessionEvents['elected']['grant'];
  /** Of `bye`: the server has so many streams that they come to another one at any time within this. */
  spreadMs?: number;
}

/** The stream that is open, or that is being opened. */
export interface OpenStream {
  url: string;
  /** Opens one at whichever server the client asks now. */
  leave: () => void;
}

/** What it is opened for. */
export interface Follower {
  onNews: (news: SessionNews) => void;
  onOpen: (stream: OpenStream) => void;
  /** It says nothing any more: another one is to take its place. */
  onQuiet: () => void;
  /** False: another one has; it is not opened again. */
  goesOn: () => boolean;
  /** It leads: its server may be about to call it dead, and hears within tens of ms whether another one has it (L10). */
  isUrgent: () => boolean;
}

type Dial = (how: Pick<Asked, 'isStream' | 'signal'>) => Promise<Answer>;

/**
 * A leader's is missed at once (L10): it is asked for over a connection that is there, and if nothing comes over that, which may be
 * dead without a word, over a new one.
 */
async function askSoon(ask: Dial, ended: AbortSignal): Promise<Answer> {
  const kept = new AbortController();
  const late = setTimeout(() => kept.abort(new Error('nothing comes over this connection')), KEPT_MS);
  try {
    return await ask({ signal: AbortSignal.any([ended, kept.signal]) });
  } catch (error) {
    if (!kept.signal.aborted || ended.aborted) throw error;
    return await ask({ isStream: true, signal: ended });
  } finally {
    clearTimeout(late);
  }
}

/**
 * Keeps the runner's event stream open until `signal` aborts. Losing it costs only speed: beats go on and
 * carry the same news, so this never rejects.
 */
export async function followSession(
  client: HttpClient,
  path: string,
  signal: AbortSignal,
  { onNews, onOpen, onQuiet, goesOn, isUrgent }: Follower,
): Promise<void> {
  for (let failures = 0; !signal.aborted && goesOn(); failures++) {
    let spreadMs = 0;
    let beganMs = Infinity;
    let isThere = false;
    const over = new AbortController();
    const end = () => over.abort();
    let chunks = 0;
    const quiet = () => {
      client.leave(url); // who beats seldom would come to the same one again, and hear nothing there either
      onQuiet();
    };
    const alarm = setTimeout(() => {
      const seen = chunks;
      afterTurns(() => seen === chunks && quiet()); // else it was this process that stood still
    }, QUIET_MS);
    signal.addEventListener('abort', end);
    const { url } = client;
    onOpen({ url, leave: end });
    let leave: Leave = () => undefined;
    try {
      leave = await lineTo(url, 'stream').turn(isUrgent() ? 0 : Infinity, over.signal);
      // what is shown may not be readable: that leaves the line, too
      const ask: Dial = async (how) => {
        const headers = { accept: 'text/event-stream', ...client.headers() };
        return client.dial(url + path, { headers, ...how });
      };
      const { signal: ended } = over;
      const response = await (isUrgent() ? askSoon(ask, ended) : ask({ isStream: true, signal: ended }));
      leave(true);
      isThere = response.status < 500;
      if (response.ok) {
        const parser = createParser({
          maxBufferSize: MOST_NEWS,
          onEvent({ event = 'message', data }) {
            beganMs = Math.min(beganMs, performance.now());
            const news: SessionNews = { event, ...(JSON.parse(data) as object) };
            spreadMs = news.spreadMs ?? 0;
            if (event === 'bye') client.leaveStopping(url);
            onNews(news);
          },
        });
        for await (const chunk of response.body.setEncoding('utf8')) {
          alarm.refresh();
          chunks++;
          parser.feed(chunk as string);
        }
      } else response.body.destroy();
    } catch (error) {
      leave(isAnswer(error, over.signal)); // tried again below
    } finally {
      clearTimeout(alarm);
      signal.removeEventListener('abort', end);
    }
    if (performance.now() - beganMs > SETTLED_MS) {
      failures = 0;
      if (spreadMs === 0) continue;
    }
    if (!isThere && !over.signal.aborted && (isUrgent() || failures >= MOST_TRIES)) {
      client.leave(url);
      if (isUrgent() && failures < client.urls.length) continue;
    }
    await pause(Math.max(Math.random() * spreadMs, backoffMs(failures, 50, 5_000)), signal);
  }
}
