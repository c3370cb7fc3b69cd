import { afterAll } from '@jest/globals';
import { dropFolder } from '@conclave/processes';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

export interface Told {
  id: string;
  type: string;
  timestamp: string;
  data: {
    event: string;
    group: string | null;
    version: number;
    runner: string | null;
    term: number | null;
    words: string[];
    actor: string | null;
    reason: string | null;
    link: string;
  };
}

/** What a receiver does with a notice: a status (with headers), or nothing at all. */
export type Manners = (told: Told, response: ServerResponse) => void;
export const answering =
  (status: number, headers: Record<string, string> = {}): Manners =>
  (_, response) =>
    void response.writeHead(status, headers).end();

/** A real receiver: verifies every signature with the library, and remembers what it took. */
export class Receiver {
  readonly taken: Told[] = [];
  /** All that came, taken or not. */
  readonly tried: (Told & { headers: IncomingHttpHeaders })[] = [];
  readonly forged: string[] = [];
  manners: Manners = answering(204);
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(secret = SECRET): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    const webhook = new Webhook(secret);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        try {
          const said = webhook.verify(body, request.headers as Record<string, string>) as Omit<Told, 'id'>;
          const told = { id: String(request.headers['webhook-id']), ...said };
          receiver.tried.push({ ...told, headers: request.headers });
          response.once('finish', () => response.statusCode < 300 && receiver.taken.push(told));
          receiver.manners(told, response);
        } catch (error) {
          receiver.forged.push((error as Error).message);
          response.writeHead(401).end();
        }
      });
    });
    return receiver;
  }

  /** Ids of a group as they came first, with repeats left out. */
  firsts(group: string): Told[] {
    const seen = new Set<string>();
    return this.taken.filter(({ id, data }) => data.group === group && !seen.has(id) && seen.add(id));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const made: string[] = [];
afterAll(() => made.splice(0).forEach((folder) => dropFolder(folder)));
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-webhooks-'));
  made.push(folder);
  return folder;
}

/** A file of webhooks as CONCLAVE_WEBHOOKS names it: JSON is YAML, too. */
export function webhooksFile(webhooks: object[], folder = makeFolder()): string {
  const path = join(folder, 'webhooks.yaml');
  writeFileSync(path, JSON.stringify(webhooks), { mode: 0o600 });
  return path;
}
