import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * A client that takes nothing of an answer for so long is cut off: it holds memory, and perhaps a place that others wait for.
 * What it takes is seen when its kernel has room again: after a fast beginning it holds up to 30 MB, and says nothing until it
 * has passed on much of them. Who takes 60 kB/s needs that long for what it took in a row.
 */
const UNREAD_MS = 30_000;
const MOST_UNREAD_MS = 300_000;
const SLOWEST_BYTES_PER_MS = 60;
const LOOK_MS = 5_000;
/** So often it is added up what waits. */
const COUNT_MS = 250;
/** Whoever keeps an answer waiting for so long is slow: nobody needs to wait for it with him. */
const SLOW_COUNTS = 4;

interface Writing extends Pick<Socket, 'bytesWritten' | 'writableLength'> {
  /** Node's own; of one large write it says how much the kernel has not taken yet. */
  _handle?: { writeQueueSize?: number } | null;
  destroy: () => unknown;
  once: (event: 'close', act: () => void) => unknown;
}
/** An answer; what it says while another one is sent before it is kept here. */
interface Waiting {
  outputSize?: number;
}
interface Taken {
  client: string | undefined;
  bytes: number;
  left: number | undefined;
  /** Without a stop. */
  inRow: number;
  idleMs: number;
  fullCounts: number;
  behind: Set<Waiting> | undefined;
}

/** What was answered and not taken yet: most of it lies outside the heap. Ends connections on which nobody takes anything. */
export class Unread {
  /** On all connections, when it was last counted. */
  bytes = 0;
  private ofClient = new Map<string, number>();
  private readonly open = new Map<Writing, Taken>();
  /** Of a connection on which an answer waits since a while; once for each answer. */
  onSlow: (socket: Writing) => void = () => undefined;

  watch(socket: Writing): void {
    if (this.open.has(socket)) return;
    const nothing = { client: undefined, left: undefined, behind: undefined };
    this.open.set(socket, { ...nothing, bytes: -1, inRow: 0, idleMs: 0, fullCounts: 0 });
    socket.once('close', () => this.open.delete(socket));
  }

  /** Whose answers go out there; behind a proxy the last one who asked. */
  note(socket: Writing, client: string): void {
    this.watch(socket);
    this.open.get(socket)!.client = client;
  }

  /** An answer that waits for others of its connection. Call what it returns when it is over. */
  behind(socket: Writing, answer: Waiting): () => void {
    const taken = this.open.get(socket);
    if (taken) (taken.behind ??= new Set()).add(answer);
    return () => taken?.behind!.delete(answer);
  }

  /** When it was last counted. */
  of(client: string): number {
    return this.ofClient.get(client) ?? 0;
  }

  /** Call a few times a second. */
  count(): void {
    this.bytes = 0;
    this.ofClient = new Map();
    for (const [socket, taken] of this.open) {
      let waits = socket.writableLength;
      taken.fullCounts = waits > 0 ? taken.fullCounts + 1 : 0;
      if (taken.fullCounts === SLOW_COUNTS) this.onSlow(socket);
      for (const { outputSize = 0 } of taken.behind ?? []) waits += outputSize;
      if (waits === 0) continue;
      this.bytes += waits;
      if (taken.client !== undefined) this.ofClient.set(taken.client, this.of(taken.client) + waits);
    }
  }

  /** Call each {@link LOOK_MS}. */
  look(): void {
    for (const [socket, taken] of this.open) {
      const bytes = socket.bytesWritten - socket.writableLength; // it counts what waits, too
      const left = socket._handle?.writeQueueSize;
      const isStuck = socket.writableLength > 0 && bytes === taken.bytes && left === taken.left;
      const isBusy = socket.writableLength > 0 && taken.idleMs === 0;
      if (!isStuck) taken.inRow = Math.max(0, bytes - taken.bytes) + (isBusy ? taken.inRow : 0);
      Object.assign(taken, { bytes, left, idleMs: isStuck ? taken.idleMs + LOOK_MS : 0 });
      const enoughMs = Math.max(UNREAD_MS, Math.min(MOST_UNREAD_MS, taken.inRow / SLOWEST_BYTES_PER_MS));
      if (taken.idleMs >= enoughMs) socket.destroy();
    }
  }
}

export function cutOffUnread(server: Server, unread: Unread): void {
  server.on('request', ({ socket }: IncomingMessage) => unread.watch(socket));
  const timers = [setInterval(() => unread.count(), COUNT_MS), setInterval(() => unread.look(), LOOK_MS)];
  for (const timer of timers) timer.unref();
  server.once('close', () => timers.forEach((timer) => clearInterval(timer)));
}
