import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { heapLimit } from '../../environment/memory.js';

const HEARTBEAT_MS = 10_000;
/**
 * Messages that may wait for a slow client; then the stream says `overflow` and ends, and the client resumes
 * by id.
 */
const QUEUE_MOST = 1_000;
/** Nor more than that much for all of them together: an election of a thousand runners is 0.3 MB for each who watches. */
const HELD_MOST_CHARS = heapLimit() / 16;
/** What waits for all slow clients. */
let heldChars = 0;
/** A client that does not even read the end is cut off. */
const LINGER_MS = 2_000;

export interface SseMessage {
  event: string;
  data: object;
  id: string | null;
  /** `data` as text, if it is known. */
  json?: string | undefined;
}

/**
 * One server-sent event stream on a raw socket: bounded, with heartbeat comments, serialised once per
 * message.
 */
export class SseStream {
  private waiting: string[] = [];
  private ownChars = 0;
  private isBlocked = false;
  private wasBlocked = false;
  private isEnded = false;
  private onDrain: (() => void)[] = [];
  private readonly heartbeat: NodeJS.Timeout;
  private readonly drained = (): void => this.drain();

  /**
   * `onClose` is called exactly once, whoever ends the stream; at once if the client has left already. `pulse`: what is told
   * every 10 s instead of a comment, if there is something.
   */
  constructor(
    private readonly reply: FastifyReply,
    private readonly onClose: () => void,
    private readonly pulse: () => SseMessage | null = () => null,
  ) {
    const { raw } = reply;
    reply.hijack();
    raw.on('error', () => undefined); // a broken pipe is the client's way to leave; 'close' follows
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    if (raw.destroyed || raw.closed) {
      setImmediate(() => this.closed());
      return;
    }
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
      'x-correlation-id': reply.request.id,
    });
    raw.flushHeaders();
    raw.on('close', () => this.closed());
    this.write('retry: 1000\n\n');
  }

  /**
   * Several messages in one write, so that a cut does not come between them. Resolves when the client takes
   * more.
   */
  send(messages: readonly SseMessage[]): Promise<void> | void {
    this.write(shared(messages));
    if (!this.isBlocked || this.isEnded) return;
    return new Promise<void>((resolve) => {
      this.onDrain.push(resolve);
    });
  }

  /** What was sent goes out now; Node holds it back until all that this turn has still to do is done. */
  flush(): void {
    this.reply.raw.socket?.uncork();
  }

  /** A client that took nothing since the last one is cut off: it may hold a place that others wait for. */
  private beat(): void {
    if (!this.isBlocked) {
      const news = this.pulse();
      this.write(news ? textOf(news) : ': hb\n\n');
    } else if (this.wasBlocked) this.overflow();
    this.wasBlocked = this.isBlocked;
  }

  /** The client is too slow: told so if it still reads, then cut off. */
  overflow(): void {
    this.letGo();
    this.waiting = [textOf({ event: 'overflow', data: {}, id: null })];
    this.end();
  }

  end(): void {
    if (this.isEnded) return;
    const { raw } = this.reply;
    if (this.waiting.length > 0) writeTo(raw, this.waiting.join(''));
    raw.end();
    setTimeout(() => raw.destroy(), LINGER_MS).unref();
    this.closed();
  }

  private closed(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.letGo();
    clearInterval(this.heartbeat);
    this.reply.raw.socket?.off('drain', this.drained);
    this.released();
    this.onClose();
  }

  private write(text: string): void {
    if (this.isEnded || text === '') return;
    if (this.isBlocked) return this.hold(text);
    const { raw } = this.reply;
    const way = raw.socket ?? raw; // the one that is blocked says when it is not any more
    this.isBlocked = !writeTo(raw, text);
    if (this.isBlocked) way.once('drain', this.drained);
  }

  private hold(text: string): void {
    this.ownChars += text.length;
    heldChars += text.length;
    // whoever holds little is cut when there is nothing else left to do: a runner's stream that closes is news of it
    const most = this.ownChars > HELD_MOST_CHARS / 100 ? HELD_MOST_CHARS : 2 * HELD_MOST_CHARS;
    if (this.waiting.push(text) > QUEUE_MOST || heldChars > most) this.overflow();
  }

  private letGo(): void {
    heldChars -= this.ownChars;
    this.ownChars = 0;
    this.waiting = [];
  }

  private drain(): void {
    this.wasBlocked = false;
    const text = this.waiting.join('');
    this.letGo();
    this.isBlocked = false;
    this.write(text);
    if (!this.isBlocked) this.released();
  }

  private released(): void {
    for (const resolve of this.onDrain.splice(0)) resolve();
  }
}

/**
 * Past `http`, which puts a chunk together of four pieces and holds it back until the turn is over: of 10,000 watchers the
 * last is told twice as soon. Framed as the headers have said.
 */
function writeTo(raw: ServerResponse, text: string): boolean {
  if (!raw.socket) return raw.write(text); // its turn has not come, on a connection that it shares
  return raw.socket.write(raw.chunkedEncoding ? chunkOf(text) : text);
}

/** Many are told the same, one after the other: it is made once, and they hold one text. */
let latest: { messages: readonly SseMessage[]; text: string } = { messages: [], text: '' };
function shared(messages: readonly SseMessage[]): string {
  if (messages === latest.messages) return latest.text;
  const text = messages.map(textOf).join('');
  latest = { messages, text: text === latest.text ? latest.text : text };
  return latest.text;
}

let framed = { text: '', chunk: Buffer.alloc(0) };
function chunkOf(text: string): Buffer {
  if (framed.text !== text)
    framed = { text, chunk: Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`) };
  return framed.chunk;
}

function textOf({ event, data, id, json = JSON.stringify(data) }: SseMessage): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${json}\n\n`;
}
