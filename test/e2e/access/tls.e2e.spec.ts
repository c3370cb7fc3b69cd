import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as requestOf, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { Runner } from '@conclave/runner-sdk';
import { Cli, inc, ServerProcess, until } from '@conclave/testing';
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

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-tls-'));
  const tokens = join(folder, 'tokens.json');
  let ours: Authority;
  let theirs: Authority;
  let files: Pem;
  let operator: Pem;
  let runnerFiles: Pem;
  let stranger: Pem;
  let token: string;
  let server: ServerProcess;
  const runners: Runner[] = [];

  beforeAll(async () => {
    ours = await Authority.make(folder, 'ours');
    theirs = await Authority.make(folder, 'theirs');
    files = ours.write('server', await ours.server());
    operator = await ours.client('ana', { CN: 'ana', O: 'acme', OU: 'operators' });
    runnerFiles = await ours.client('r1', { CN: 'r1', O: 'acme', OU: 'runners' });
    stranger = await theirs.client('eve', { CN: 'ana', O: 'acme', OU: 'operators' });
    const rules = join(folder, 'access.yaml');
    writeFileSync(rules, RULES);
    const made = await new Cli().run('token', 'create', '--file', tokens, '--name', 'bea', '--role', 'admin');
    token = made.stdout.trim();
    server = await ServerProcess.start({
      CONCLAVE_TLS_CERT: files.cert,
      CONCLAVE_TLS_KEY: files.key,
      CONCLAVE_TLS_CLIENT_CA: ours.caFile,
      CONCLAVE_ACCESS: rules,
      CONCLAVE_TOKENS: tokens,
      CONCLAVE_LOG_LEVEL: 'info',
    });
  });
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await server?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  interface Asked extends RequestOptions {
    shows?: Pem;
    body?: object;
  }
  /** A request as any program makes it: trusts our authority only, shows a certificate or a token. */
  async function ask(path: string, { shows, body, headers, ...more }: Asked = {}) {
    return new Promise<{ status: number; body: any; serial: string }>((resolve, reject) => {
      const asked = requestOf(
        new URL(path, server.url),
        {
          ca: readFileSync(ours.caFile),
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
            resolve({ status: response.statusCode!, body: JSON.parse(text || 'null'), serial }),
          );
        },
      );
      asked.on('error', reject).end(body && JSON.stringify(body));
    });
  }
  const bearer = () => ({ authorization: `Bearer ${token}` });
  const serial = async () => (await ask('/healthz')).serial;
  const cliWith = (environment: Record<string, string> = {}) =>
    new Cli({ CONCLAVE_URL: server.url, ...environment });

  it('the server speaks it, and says so', async () => {
    expect(server.readyLine).toMatch(/^conclave listening on https:\/\/127\.0\.0\.1:\d+ /);
    expect(await ask('/healthz')).toMatchObject({ status: 200 });
    await expect(ask('/healthz', { ca: [] })).rejects.toThrow(/self-signed certificate/);
    await expect(fetch(server.url.replace('https', 'http'))).rejects.toThrow(/fetch failed/);
  });

  it('a client certificate is who its subject says, and may what is granted for that', async () => {
    const { status, body } = await ask('/v1/groups/deploy', { shows: operator, body: { drainMs: 5 } });
    expect(status).toBe(201);
    expect(body.events[0].meta).toMatchObject({
      actor: 'operator:ana',
      auth: {
        kind: 'certificate',
        subject: expect.stringContaining('CN=ana'),
        issuer: expect.stringContaining('CN=ours'),
      },
    });
    const runner = { incarnation: inc('r1') };
    const register = async (id: string) =>
      (await ask(`/v1/groups/deploy/runners/${id}`, { shows: runnerFiles, body: runner })).status;
    expect(await register('r1')).toBe(201);
    expect(await register('r2')).toBe(403);
    expect((await ask('/v1/groups/deploy', { shows: runnerFiles, body: { drainMs: 6 } })).status).toBe(403);
    const nobody = await ours.client('nobody', { CN: 'nobody', O: 'other' });
    expect((await ask('/v1/groups', { shows: nobody })).status).toBe(403);
    const nameless = await ours.client('nameless', { O: 'acme', OU: 'operators' });
    expect((await ask('/v1/groups', { shows: nameless })).status).toBe(401);
  });

  it('one of another authority, or one that is over, does not count, also on a connection that is used again', async () => {
    const late = await ours.client(
      'late',
      { CN: 'ana', O: 'acme', OU: 'operators' },
      new Date(Date.now() - 1_000),
    );
    for (const shows of [stranger, late]) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let n = 0; n < 3; n++)
        expect(await ask('/v1/groups', { shows, agent })).toMatchObject({
          status: 401,
          body: { code: 'unauthenticated', detail: expect.stringContaining('does not count') },
        });
      agent.destroy();
      // its session is resumed: what was wrong with it stays wrong
      const { status } = await ask('/v1/groups', { shows, agent: new Agent({ maxCachedSessions: 9 }) });
      expect(status).toBe(401);
    }
    // a token does not help a certificate, nor the other way round: it is what counts if it is there
    expect((await ask('/v1/groups', { shows: stranger, headers: bearer() })).status).toBe(200);
    const bad = { authorization: 'Bearer nonsense' };
    expect((await ask('/v1/groups', { shows: operator, headers: bad })).status).toBe(401);
  });

  it('without a certificate a token will do, and nothing will not', async () => {
    expect((await ask('/v1/groups', { headers: bearer() })).status).toBe(200);
    expect(await ask('/v1/groups')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('a runner of the SDK leads with its certificate', async () => {
    const runner = new Runner({
      url: server.url,
      group: 'deploy',
      id: 'r1',
      ca: ours.caFile,
      ...runnerFiles,
      incarnation: inc('r1'),
      signals: [],
    });
    runners.push(runner);
    const problems: string[] = [];
    runner.on('problem', ({ message }) => problems.push(message));
    runner.start();
    await until('it leads', () => runner.mayProcess());
    expect(problems).toEqual([]);
    const { body } = await ask('/v1/groups/deploy/leader', { shows: operator });
    expect(body.leader.runner).toBe('r1');
  });

  describe('the command line', () => {
    it('by options and by environment', async () => {
      const options = ['--ca', ours.caFile, '--cert', operator.cert, '--key', operator.key];
      expect(await cliWith().run('groups', ...options)).toMatchObject({ code: 0, stderr: '' });
      const environment = {
        CONCLAVE_CA: ours.caFile,
        CONCLAVE_CERT: operator.cert,
        CONCLAVE_KEY: operator.key,
      };
      expect(await cliWith(environment).run('groups')).toMatchObject({ code: 0, stderr: '' });
      const file = join(folder, 'bea.token');
      writeFileSync(file, `${token}\n`);
      const trusting = { CONCLAVE_CA: ours.caFile };
      expect(await cliWith(trusting).run('groups', '--token-file', file)).toMatchObject({ code: 0 });
      const given: Record<string, string>[] = [{ CONCLAVE_TOKEN: token }, { CONCLAVE_TOKEN_FILE: file }];
      for (const more of given)
        expect(await cliWith({ ...trusting, ...more }).run('groups')).toMatchObject({ code: 0, stderr: '' });
      expect(await cliWith(trusting).run('groups')).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('unauthenticated'),
      });
    });

    it('says what is wrong, and what to do', async () => {
      const told = async (...options: string[]) => {
        const { code, stderr } = await cliWith({ CONCLAVE_TOKEN: token }).run('groups', ...options);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        return `${code} ${stderr}`;
      };
      expect(await told()).toMatch(/^4 .*certificate of https:.* is not trusted .*--ca/);
      expect(await told('--ca', theirs.caFile)).toMatch(/^4 .*is not trusted .*CONCLAVE_CA/);
      expect(await told('--ca', join(folder, 'none'))).toMatch(/^2 .*there is no file/);
      const junk = join(folder, 'junk.pem');
      writeFileSync(junk, 'nothing');
      expect(await told('--ca', ours.caFile, '--cert', junk, '--key', junk)).toMatch(/^4 .*must be PEM/);
      const [cert, key] = [operator.cert, runnerFiles.key];
      expect(await told('--ca', ours.caFile, '--cert', cert, '--key', key)).toMatch(/^4 .*must be PEM/);
      expect(await told('--token-file', join(folder, 'none'))).toMatch(/^2 .*the token cannot be read/);
    });

    it.each([
      ['groups', '--token', 'S'],
      ['groups', '--token=S'],
      ['--token', 'S', 'groups'],
      ['run', '--group', 'deploy', '--token', 'S', '--', 'true'],
    ])(
      'refuses a token on the command line, with the reason, and does not show it: %s %s',
      async (...args) => {
        const secret = 'cnc_0123456789ab_do-not-show-this';
        const { code, stderr, stdout } = await cliWith().run(...args.map((arg) => arg.replace('S', secret)));
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
        expect(stderr).toMatch(/everybody on this machine can read the command line.*--token-file/s);
        expect(stderr).not.toContain(secret);
      },
    );

    it('warns once of a config file with a token that others can read', async () => {
      const config = join(folder, 'config.json');
      writeFileSync(config, JSON.stringify({ url: server.url, ca: ours.caFile, token }));
      chmodSync(config, 0o644);
      const cli = new Cli({ CONCLAVE_CONFIG: config });
      const { code, stderr } = await cli.run('groups');
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: `warning: config file "${config}" holds a token, and others can read it (644): chmod 600 ${config}\n`,
      });
      chmodSync(config, 0o600);
      expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: '' });
      writeFileSync(config, JSON.stringify({ url: server.url, ca: ours.caFile, ...operator }));
      chmodSync(config, 0o644);
      expect(await cli.run('groups')).toMatchObject({ code: 0, stderr: '' });
    });
  });

  it('a renewed certificate is taken without a restart; what cannot be used leaves the one before', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = (await ask('/healthz', { agent })).serial;
    ours.write('server', await ours.server());
    const after = await until('the new one is shown', async () => {
      const now = await serial();
      return now !== before && now;
    });
    expect((await ask('/v1/groups', { agent, headers: bearer() })).serial).toBe(before);
    agent.destroy();
    expect((await ask('/v1/groups', { shows: operator })).status).toBe(200);
    expect((await ask('/v1/groups', { shows: stranger })).status).toBe(401);
    expect(runners[0]!.mayProcess()).toBe(true);

    writeFileSync(files.cert, 'no certificate');
    await until('it is said', () => server.stderr.includes('the one before stays'));
    expect(await serial()).toBe(after);
    const { cert, key } = await ours.server();
    writeFileSync(files.cert, cert); // its key comes a while later
    await until('that is said, too', () => server.stderr.split('the one before stays').length === 3);
    expect(await serial()).toBe(after);
    writeFileSync(files.key, key);
    await until('both fit', async () => (await serial()) !== after);
  });

  it('a server whose files cannot be used does not start, and says which variable', async () => {
    const other = ours.write('other', await ours.server());
    for (const [cert, key] of [
      [join(folder, 'none'), other.key],
      [ours.caFile, other.key],
      [other.key, other.key],
    ] as const) {
      const { code, stderr } = await ServerProcess.refused({
        CONCLAVE_TLS_CERT: cert,
        CONCLAVE_TLS_KEY: key,
        CONCLAVE_LOG_LEVEL: 'fatal',
      });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^conclave: wrong configuration: TLS: .+\n$/),
      });
    }
  });
});
