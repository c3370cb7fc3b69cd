import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/**
 * Stands between client and server and can do what networks do: refuse, cut, freeze. Its port stays the same.
 */
export class Proxy {
  port = 0;
  private target: number | null = null;
  private isFrozen = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((client) => this.join(client));

  get connections(): number {
    return this.sockets.size / 2;
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /**
   * Null: nobody is behind it, connections break at once. The port is kept, or another process could get it.
   */
  leadTo(target: number | null): void {
    this.target = target;
    this.cut();
  }

  /** Nobody new gets through; what is connected stays. */
  refuse(): void {
    this.target = null;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Connections stay open, new ones are accepted, and nothing goes through. */
  freeze(): void {
    this.isFrozen = true;
    this.stall();
  }

  /** Nothing goes through the connections there are; new ones work, as when a router forgot the old ones. */
  stall(): void {
    for (const socket of this.sockets) socket.pause();
  }

  /** As a network that comes back: what had waited arrives. */
  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  private join(client: Socket): void {
    if (this.target === null) {
      client.destroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.isFrozen) from.pause();
    }
  }
}
