import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A client that takes nothing of an answer for so long is cut off: it holds memory, and perhaps a place that others wait for.
 * What it takes is seen when a third of the kernel's megabytes for it is free again: of 60 kB/s after 22 s.
 */
const UNREAD_MS = 30_000;
const LOOK_MS = 5_000;

interface Writing extends Pick<Socket, 'bytesWritten' | 'writableLength'> {
  /** Node's own; of one large write it says how much the kernel has not taken yet. */
  _handle?: { writeQueueSize?: number } | null;
  destroy: () => unknown;
  once: (event: 'close', act: () => void) => unknown;
}

/** Ends connections on which an answer waits of which nobody takes anything. */
export class Unread {
  /** How much each had taken, and for how long that has not grown. */
  private readonly open = new Map<Writing, { bytes: number; left: number | undefined; idleMs: number }>();

  watch(socket: Writing): void {
    if (this.open.has(socket)) return;
    this.open.set(socket, { bytes: -1, left: undefined, idleMs: 0 });
    socket.once('close', () => this.open.delete(socket));
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

export function cutOffUnread(server: Server): void {
  const unread = new Unread();
  server.on('request', ({ socket }: IncomingMessage) => unread.watch(socket));
  const timer = setInterval(() => unread.look(), LOOK_MS);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}
