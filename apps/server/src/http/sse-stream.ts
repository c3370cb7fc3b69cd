import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 10_000;
/** Messages that may wait for a slow client; then the stream says `overflow` and ends, and the client resumes by id. */
const QUEUE_MOST = 1_000;

/** One server-sent event stream on a raw socket: bounded, with heartbeat comments, serialised once per message. */
export class SseStream {
  private waiting: string[] = [];
  private isBlocked = false;
  private isEnded = false;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(private readonly reply: FastifyReply, onClose: () => void) {
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', connection: 'keep-alive',
      'x-accel-buffering': 'no', 'x-correlation-id': reply.request.id,
    });
    raw.on('drain', () => this.drain());
    raw.on('close', () => {
      clearInterval(this.heartbeat);
      this.isEnded = true;
      onClose();
    });
    raw.on('error', () => undefined); // a broken pipe is the client's way to leave; 'close' follows
    this.heartbeat = setInterval(() => { if (!this.isBlocked) this.write(': hb\n\n'); }, HEARTBEAT_MS);
    this.write('retry: 1000\n\n');
  }

  send(event: string, data: object, id: string | null = null): void {
    this.write(textOf(event, data, id));
  }

  /** Several messages in one write, so that a cut does not come between them. */
  sendAll(frames: { event: string; data: object; id: string | null }[]): void {
    this.write(frames.map(({ event, data, id }) => textOf(event, data, id)).join(''));
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (this.waiting.length > 0) this.reply.raw.write(this.waiting.join(''));
    this.reply.raw.end();
  }

  private write(text: string): void {
    if (this.isEnded) return;
    if (!this.isBlocked) {
      this.isBlocked = !this.reply.raw.write(text);
      return;
    }
    this.waiting.push(text);
    if (this.waiting.length <= QUEUE_MOST) return;
    this.waiting = [textOf('overflow', {}, null)];
    this.end();
  }

  private drain(): void {
    const text = this.waiting.join('');
    this.waiting = [];
    this.isBlocked = false;
    if (text) this.write(text);
  }
}

function textOf(event: string, data: object, id: string | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
