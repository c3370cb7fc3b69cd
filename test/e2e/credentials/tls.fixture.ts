import { afterAll, beforeAll } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request as requestOf, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { Cli, ServerProcess, dropFolder } from '@conclave/processes';
import { Authority, type Pem } from './authority.fixture.js';

const RULES = `
certificates:
  name: CN
  grants:
    - when: { O: acme, OU: operators }
      role: operator
      groups: ["*"]
    - when: { O: acme, OU: runners }
      role: runner
      groups: [deploy]
      runners: ["\${CN}"]
`;

interface Asked extends Omit<RequestOptions, 'headers'> {
  headers?: Record<string, string>;
  shows?: Pem;
  body?: object;
}

/** A server with TLS, whose own authority also vouches for clients; and certificates of that one and of another. */
export class TlsServed {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-tls-'));
  ours!: Authority;
  theirs!: Authority;
  files!: Pem;
  operator!: Pem;
  runnerFiles!: Pem;
  stranger!: Pem;
  token = '';
  server!: ServerProcess;

  constructor() {
    beforeAll(async () => this.start());
    afterAll(async () => {
      await this.server?.kill('SIGTERM');
      dropFolder(this.folder);
    });
  }

  private async start(): Promise<void> {
    const { folder } = this;
    this.ours = await Authority.make(folder, 'ours');
    this.theirs = await Authority.make(folder, 'theirs');
    this.files = this.ours.write('server', await this.ours.server());
    const operator = { CN: 'ana', O: 'acme', OU: 'operators' };
    this.operator = await this.ours.client('ana', operator);
    this.runnerFiles = await this.ours.client('r1', { CN: 'r1', O: 'acme', OU: 'runners' });
    this.stranger = await this.theirs.client('eve', operator);
    const [rules, tokens] = [join(folder, 'access.yaml'), join(folder, 'tokens.json')];
    writeFileSync(rules, RULES);
    const made = await new Cli().run('token', 'create', '--file', tokens, '--name', 'bea', '--role', 'admin');
    this.token = made.stdout.trim();
    this.server = await ServerProcess.start({
      CONCLAVE_TLS_CERT: this.files.cert,
      CONCLAVE_TLS_KEY: this.files.key,
      CONCLAVE_TLS_CLIENT_CA: this.ours.caFile,
      CONCLAVE_ACCESS: rules,
      CONCLAVE_TOKENS: tokens,
      CONCLAVE_LOG_LEVEL: 'info',
    });
  }

  /** A request as any program makes it: trusts our authority only, shows a certificate or a token. */
  async ask(path: string, { shows, body, headers, ...more }: Asked = {}) {
    return new Promise<{ status: number; body: any; serial: string }>((resolve, reject) => {
      const asked = requestOf(
        new URL(path, this.server.url),
        {
          ca: readFileSync(this.ours.caFile),
          ...(shows && { cert: readFileSync(shows.cert), key: readFileSync(shows.key) }),
          method: body ? 'PUT' : 'GET',
          headers: { 'content-type': 'application/json', ...headers },
          agent: false,
          ...more,
        },
        (response) => {
          const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              body: response.headers['content-type']?.includes('json') ? JSON.parse(text) : text,
              serial,
            }),
          );
        },
      );
      asked.on('error', reject).end(body && JSON.stringify(body));
    });
  }
}
