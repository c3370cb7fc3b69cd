import type { LeaderReply, RecordedEventReply, WatchEvents } from '@conclave/contract';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { tellAge } from './age.js';
import { fetchFrom, Problem } from './ask.js';
import { KnownLog } from './log.js';
import { withPlace } from './places.js';
import { Quiet } from './quiet.js';

/** A comment comes every 10 s: who hears nothing for longer is cut off, and has not been told. */
const DEAF_MS = 15_000;
/** Nobody has answered for so long: what is shown may be old, also where the page was not looked at for a night. */
const LATE_MS = 1_000;
const TICK_MS = 500;
/** Without a place a window listens for so long, whatever comes, and again so much later. */
const BRIEF_MS = 1_000;
const BETWEEN_MS = 4_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface Listener {
  leader?(news: LeaderReply): void;
  event?(news: RecordedEventReply): void;
  synced?(news: WatchEvents['synced']): void;
  /** It goes on from where it was: what was missed comes now. */
  resumed?(): void;
  unreadable?(news: WatchEvents['unreadable']): void;
  /** All comes anew: the log is not the one that was told of. */
  restarted?(): void;
  /** `since`: from when on something may have been missed that is not shown. */
  lost?(since: number, why: Problem): void;
}

/**
 * Listens until it is stopped, and again after each loss, from where it was: nothing is missed, nothing comes twice. Not by
 * EventSource, which can show no token. While nobody looks at the page it does not listen: a browser has few connections. Of many
 * windows that are looked at most listen now and then only.
 */
export function watch(path: string, listener: Listener): () => void {
  let lastId: string | null = null;
  let isStopped = false;
  let heardMs = Date.now();
  let current: AbortController | null = null;
  let wake = (): void => undefined;

  const log = new KnownLog();

  /** True: it was told what there was, and lets others. */
  async function listen(stop: AbortController, isBrief: boolean): Promise<boolean> {
    const quiet = new Quiet();
    let isTold = false;
    const timer = window.setInterval(() => {
      isTold = isBrief && lastId !== null && performance.now() - openedMs >= BRIEF_MS;
      if (isTold || quiet.ms > DEAF_MS) stop.abort();
    }, TICK_MS);
    let openedMs = Infinity;
    const hear = (): void => {
      heardMs = Date.now();
      quiet.hear();
    };
    const unanswered = new Problem(0, 'unreachable', 'The server does not answer.');
    const late = window.setTimeout(() => listener.lost?.(heardMs, unanswered), LATE_MS);
    try {
      const isSame = log.isSame(stop.signal);
      if (lastId === null)
        isSame.catch(() => undefined); // there is nothing to be mistaken about; the stream says what is wrong
      else if (!(await isSame)) {
        lastId = null;
        listener.restarted?.();
      }
      const headers: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId };
      const response = await fetchFrom(path, { accept: 'text/event-stream', headers, signal: stop.signal });
      clearTimeout(late);
      openedMs = performance.now();
      hear();
      if (lastId !== null) listener.resumed?.();
      const chunks = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, out) {
          hear();
          out.enqueue(chunk);
        },
      });
      const reader = response
        .body!.pipeThrough(chunks)
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || isStopped) return false;
        if (value.event === 'leader') listener.leader?.(JSON.parse(value.data) as LeaderReply);
        else if (value.event === 'event') listener.event?.(JSON.parse(value.data) as RecordedEventReply);
        else if (value.event === 'stale') tellAge((JSON.parse(value.data) as WatchEvents['stale']).staleMs);
        else if (value.event === 'synced') listener.synced?.(JSON.parse(value.data) as WatchEvents['synced']);
        else if (value.event === 'unreadable')
          listener.unreadable?.(JSON.parse(value.data) as WatchEvents['unreadable']);
        if (value.id) lastId = value.id;
      }
    } catch (error) {
      if (isTold) return true;
      throw error;
    } finally {
      clearInterval(timer);
      clearTimeout(late);
    }
  }

  const pause = (ms: number) =>
    new Promise<void>((done) => {
      wake = done;
      setTimeout(done, ms);
    });

  async function run(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !isStopped;) {
      if (document.hidden) {
        await new Promise<void>((done) => (wake = done));
        continue;
      }
      const startMs = Date.now();
      const stop = (current = new AbortController());
      const why = await withPlace(async (hasPlace) => listen(stop, !hasPlace)).then(
        (isTold) => (isTold ? null : new Problem(0, 'unreachable', 'The server ended the stream.')),
        (error: Error) =>
          error instanceof Problem ? error : new Problem(0, 'unreachable', 'The connection was lost.'),
      );
      if (isStopped) return;
      if (document.hidden) continue;
      if (why === null) {
        await pause(BETWEEN_MS);
        continue;
      }
      listener.lost?.(heardMs, why);
      if (why.code === 'invalid-request' || why.code === 'position-not-reached') {
        lastId = null; // of a log that was replaced by an older one
        listener.restarted?.();
      }
      if (Date.now() - startMs > DEAF_MS) waitMs = FIRST_WAIT_MS;
      await pause(waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  const look = (): void => {
    if (document.hidden) current?.abort();
    else wake();
  };
  const comeBack = (): void => wake();
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', comeBack);
  void run();
  return () => {
    isStopped = true;
    current?.abort();
    wake();
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('online', comeBack);
  };
}
