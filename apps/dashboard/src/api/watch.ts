import type { LeaderReply, RecordedEventReply, WatchEvents } from '@conclave/contract';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { fetchFrom, Problem } from './ask.js';

/** A comment comes every 10 s: who hears nothing for longer is cut off, and has not been told. */
const DEAF_MS = 15_000;
/** Nobody has answered for so long: what is shown may be old, also where the page was not looked at for a night. */
const LATE_MS = 1_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface Listener {
  leader?(news: LeaderReply): void;
  event?(news: RecordedEventReply): void;
  synced?(): void;
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
 * EventSource, which can show no token. While nobody looks at the page it does not listen: a browser has few connections.
 */
export function watch(path: string, listener: Listener): () => void {
  let lastId: string | null = null;
  let isStopped = false;
  let heardMs = Date.now();
  let current: AbortController | null = null;
  let wake = (): void => undefined;

  async function listen(stop: AbortController): Promise<void> {
    let timer = 0;
    const wait = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => stop.abort(), DEAF_MS);
    };
    const hear = (): void => {
      heardMs = Date.now();
      wait();
    };
    wait();
    const unanswered = new Problem(0, 'unreachable', 'The server does not answer.');
    const late = window.setTimeout(() => listener.lost?.(heardMs, unanswered), LATE_MS);
    try {
      const headers: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId };
      const response = await fetchFrom(path, { accept: 'text/event-stream', headers, signal: stop.signal });
      clearTimeout(late);
      if (lastId !== null) listener.resumed?.();
      const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, out) {
          hear();
          out.enqueue(chunk);
        },
      });
      const reader = response
        .body!.pipeThrough(heard)
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || isStopped) return;
        if (value.event === 'leader') listener.leader?.(JSON.parse(value.data) as LeaderReply);
        else if (value.event === 'event') listener.event?.(JSON.parse(value.data) as RecordedEventReply);
        else if (value.event === 'synced') listener.synced?.();
        else if (value.event === 'unreadable')
          listener.unreadable?.(JSON.parse(value.data) as WatchEvents['unreadable']);
        if (value.id) lastId = value.id;
      }
    } finally {
      clearTimeout(timer);
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
      current = new AbortController();
      const startMs = Date.now();
      const why = await listen(current).then(
        () => new Problem(0, 'unreachable', 'The server ended the stream.'),
        (error: Error) =>
          error instanceof Problem ? error : new Problem(0, 'unreachable', 'The connection was lost.'),
      );
      if (isStopped) return;
      if (document.hidden) continue;
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
