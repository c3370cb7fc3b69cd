import { afterAll, beforeAll } from '@jest/globals';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, Cli, ServerProcess } from '@conclave/processes';
import { startEsdbDouble, type EsdbDouble } from '@conclave/testing';
import { Issuer, makeKey, signToken } from './issuer.fixture.js';
import { Tokens } from './tokens.fixture.js';

export const PASSWORD = 'store-Password-4711';
export const SECRET = 'runner-secret-that-nobody-may-see-0123456789';
export const PREVIOUS = 'previous-secret-that-nobody-may-see-012345678';

/** As it is, and as it would stand in base64 or in a URL. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
];

/** A server that says all that it can, every kind of secret that it is told, and what was heard of it. */
export class Secrets {
  readonly tokens = new Tokens();
  readonly folder = this.tokens.folder;
  readonly secrets = new Map<string, string>();
  /** Where a secret could show, and what stands there. */
  readonly shown = new Map<string, string>();
  readonly children: ChildProcess[] = [];
  private readonly issuer = new Issuer();
  double: EsdbDouble | null = null;
  server!: ServerProcess;
  stdout = '';
  api!: Api;

  constructor(private readonly kind: 'sqlite' | 'esdb') {
    beforeAll(async () => this.start());
    afterAll(async () => {
      for (const child of this.children) child.kill('SIGKILL');
      await this.server?.kill();
      await this.double?.stop();
      await this.issuer.stop();
      this.tokens.remove();
    });
  }

  of = (name: string): string => this.secrets.get(name)!;

  private async start(): Promise<void> {
    const { issuer, secrets, tokens, folder } = this;
    await issuer.start();
    const key = await makeKey('k1');
    issuer.keys = [key];
    for (const role of ['admin', 'runner', 'join', 'consumer'] as const)
      secrets.set(role, await tokens.make(role, role));
    secrets.set('revoked', await tokens.make('gone', 'admin'));
    await tokens.revoke('gone');
    secrets.set('jwt', await signToken(key, issuer.url));
    secrets.set('jwt that is not taken', await signToken(key, issuer.url, { aud: 'another' }));
    for (const [name, secret] of Object.entries({ PASSWORD, SECRET, PREVIOUS })) secrets.set(name, secret);
    writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
    const grant = { when: { sub: 'ana' }, role: 'operator', groups: ['*'] };
    const rules = { issuers: [{ issuer: issuer.url, audience: 'conclave', grants: [grant] }] };
    writeFileSync(join(folder, 'access.yaml'), JSON.stringify(rules));
    if (this.kind === 'esdb') this.double = await startEsdbDouble();
    this.server = await ServerProcess.start({ ...this.environment(), CONCLAVE_LOG_LEVEL: 'trace' }, folder);
    this.stdout = this.server.readyLine;
    this.server.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.api = new Api(this.server.url);
  }

  environment = (): Record<string, string> => ({
    ...(this.double
      ? {
          CONCLAVE_STORE: this.double.connectionString,
          CONCLAVE_STORE_USER: 'conclave',
          CONCLAVE_STORE_PASSWORD_FILE: join(this.folder, 'password'),
        }
      : { CONCLAVE_STORE: 'sqlite:data/conclave.db' }),
    CONCLAVE_TOKENS: this.tokens.file,
    CONCLAVE_ACCESS: join(this.folder, 'access.yaml'),
  });
  dataFolder = (): string => join(this.folder, 'data');
  keyFile = () =>
    join(
      this.dataFolder(),
      readdirSync(this.dataFolder()).find((name) => name.endsWith('.key'))!,
    );
  modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  cli = (more: Record<string, string> = {}) =>
    new Cli({ CONCLAVE_URL: this.server.url, CONCLAVE_TOKEN: this.of('admin'), ...more });

  /** Command lines of a process and of all that it started, and what `ps` tells of all. */
  commandLines(): string {
    const all = spawnSync('ps', ['-ef', 'ww'], { encoding: 'utf8' }).stdout;
    const each = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const read = (pid: string) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // it has ended
      }
    };
    return [all, ...each.map(read)].join('\n');
  }

  /** Paths in which a secret stands that must not, or the form of it. */
  leaks(): string[] {
    return [...this.shown].flatMap(([where, text]) =>
      [...this.secrets].flatMap(([name, secret]) =>
        formsOf(secret).some((form) => text.includes(form)) ? [`${name} in ${where}`] : [],
      ),
    );
  }

  /** What a server refuses to start with; secrets stand in all of it. */
  wrongStarts(): Record<string, string>[] {
    const { folder } = this;
    return [
      { CONCLAVE_STORE: `esdb://ana:${PASSWORD}@` },
      { CONCLAVE_STORE: `esdb://ana:${PASSWORD}@127.0.0.1:1?tls=nonsense` },
      { CONCLAVE_STORE: `esdb://ana:${PASSWORD}@127.0.0.1:1?connectionName=%zz` },
      { CONCLAVE_STORE: `eventstore://ana:${PASSWORD}@127.0.0.1:1` },
      { CONCLAVE_STORE: `esdb:ana:${PASSWORD}@127.0.0.1:1` },
      { CONCLAVE_STORE: `esdb://ana:${PASSWORD}@h`, CONCLAVE_STORE_FILE: join(folder, 'password') },
      { CONCLAVE_STORE_FILE: join(folder, 'password') },
      { CONCLAVE_WITNESSES: `http://ana:${PASSWORD}@w:7700` },
      { CONCLAVE_WITNESSES: `http://w:7700?token=${PASSWORD}` },
      { CONCLAVE_STORE_USER: 'ana', CONCLAVE_STORE_PASSWORD_FILE: join(folder, 'password') },
      { CONCLAVE_TOKENS: join(folder, 'password'), CONCLAVE_AUTH: 'on' },
      { CONCLAVE_ACCESS: join(folder, 'password') },
      { CONCLAVE_TLS_CERT: this.keyFile(), CONCLAVE_TLS_KEY: this.keyFile() },
    ];
  }
}
