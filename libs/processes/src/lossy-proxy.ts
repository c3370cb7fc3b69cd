import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Lose = (asked: IncomingMessage, reply: ServerResponse) => void;

/** Stands before a server, and cuts the connection (or what `lose` does) where that has carried out the first requests that fit. */
export class LossyProxy {
  /** Requests that fitted, also those that were answered. */
  asked = 0;
  private readonly server: Server;

  private constructor(target: string, fits: (asked: IncomingMessage) => boolean, cuts: number, lose: Lose) {
    this.server = createServer((asked, reply) => {
      const isLost = fits(asked) && ++this.asked <= cuts;
      const on = request(`${target}${asked.url}`, { method: asked.method, headers: asked.headers });
      on.on('response', (answer) => {
        if (isLost) return lose(asked, reply); // it stands in the log by now
        reply.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(reply);
      });
      asked.pipe(on);
    });
  }

  static async before(
    target: string,
    fits: (asked: IncomingMessage) => boolean,
    cuts = 1,
    lose: Lose = ({ socket }) => void socket.destroy(),
  ): Promise<LossyProxy> {
    const proxy = new LossyProxy(target, fits, cuts, lose);
    await once(proxy.server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
