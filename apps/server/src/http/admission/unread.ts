import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A client that takes nothing of an answer for so long is cut off: it holds memory, and perhaps a place that others wait for.
 * What it takes is seen when a third of the kernel's megabytes for it is free again: of 60 kB/s after 22 s.
 */
const UNREAD_MS = 30_000;
const LOOK_MS = 5_000;
/** So often it is added up what waits. */
const COUNT_MS = 500;

interface Writing extends Pick<Socket, 'bytesWritten' | 'writableLength'> {
  /** Node's own; of one large write it says how much the kernel has not taken yet. */
  _handle?: { writeQueueSize?: number } | null;
  destroy: () => unknown;
  once: (event: 'close', act: () => void) => unknown;
}

/** What was answered and not taken yet: it lies outside the heap. Ends connections on which nobody takes anything. */
export class Unread {
  /** On all connections, when it was last counted. */
  bytes = 0;
  /** How much each had taken, and for how long that has not grown. */
  private readonly open = new Map<Writing, { bytes: number; left: number | undefined; idleMs: number }>();

  watch(socket: Writing): void {
    if (this.open.has(socket)) return;
    this.open.set(socket, { bytes: -1, left: undefined, idleMs: 0 });
    socket.once('close', () => this.open.delete(socket));
  }

  /** Call a few times a second. */
  count(): void {
    this.bytes = 0;
    for (const { writableLength } of this.open.keys()) this.bytes += writableLength;
  }

  /** Call each {@link LOOK_MS}. */
  look(): void {
    for (const [socket, taken] of this.open) {
      const bytes = socket.bytesWritten - socket.writableLength; // it counts what waits, too
      const left = socket._handle?.writeQueueSize;
      const isStuck = socket.writableLength > 0 && bytes === taken.bytes && left === taken.left;
      Object.assign(taken, { bytes, left, idleMs: isStuck ? taken.idleMs + LOOK_MS : 0 });
      if (taken.idleMs >= UNREAD_MS) socket.destroy();
    }
  }
}

export function cutOffUnread(server: Server, unread: Unread): void {
  server.on('request', ({ socket }: IncomingMessage) => unread.watch(socket));
  const timers = [setInterval(() => unread.count(), COUNT_MS), setInterval(() => unread.look(), LOOK_MS)];
  for (const timer of timers) timer.unref();
  server.once('close', () => timers.forEach((timer) => clearInterval(timer)));
}
