import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Api, Cli, inc, ServerProcess, startEsdbDouble, until, type EsdbDouble } from '@conclave/testing';
import { Issuer, makeKey, signToken } from './issuer.fixture.js';
import { bearer, Tokens } from './tokens.fixture.js';

const PASSWORD = 'store-Password-4711';
const SECRET = 'runner-secret-that-nobody-may-see-0123456789';
const PREVIOUS = 'previous-secret-that-nobody-may-see-012345678';

/** As it is, and as it would stand in base64 or in a URL. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
];

describe.each(['sqlite', 'esdb'] as const)('nothing secret ever shows, on %s', (kind) => {
  const tokens = new Tokens();
  const { folder } = tokens;
  const issuer = new Issuer();
  const secrets = new Map<string, string>();
  /** Where a secret could show, and what stands there. */
  const shown = new Map<string, string>();
  const children: ChildProcess[] = [];
  let double: EsdbDouble | null = null;
  let server: ServerProcess;
  let stdout = '';
  let api: Api;
  const of = (name: string) => secrets.get(name)!;

  beforeAll(async () => {
    await issuer.start();
    const key = await makeKey('k1');
    issuer.keys = [key];
    for (const role of ['admin', 'runner', 'join', 'consumer'])
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
    if (kind === 'esdb') double = await startEsdbDouble();
    server = await ServerProcess.start({ ...environment(), CONCLAVE_LOG_LEVEL: 'trace' }, folder);
    stdout = server.readyLine;
    server.child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    api = new Api(server.url);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server?.kill();
    await double?.stop();
    await issuer.stop();
    tokens.remove();
  });

  const environment = (): Record<string, string> => ({
    ...(double
      ? {
          CONCLAVE_STORE: double.connectionString,
          CONCLAVE_STORE_USER: 'conclave',
          CONCLAVE_STORE_PASSWORD_FILE: join(folder, 'password'),
        }
      : { CONCLAVE_STORE: 'sqlite:data/conclave.db' }),
    CONCLAVE_TOKENS: tokens.file,
    CONCLAVE_ACCESS: join(folder, 'access.yaml'),
  });
  const dataFolder = (): string => join(folder, 'data');
  const keyFile = () =>
    join(
      dataFolder(),
      readdirSync(dataFolder()).find((name) => name.endsWith('.key'))!,
    );
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const cli = (more: Record<string, string> = {}) =>
    new Cli({ CONCLAVE_URL: server.url, CONCLAVE_TOKEN: of('admin'), ...more });

  /** Command lines of a process and of all that it started, and what `ps` tells of all. */
  function commandLines(): string {
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
  function leaks(): string[] {
    return [...shown].flatMap(([where, text]) =>
      [...secrets].flatMap(([name, secret]) =>
        formsOf(secret).some((form) => text.includes(form)) ? [`${name} in ${where}`] : [],
      ),
    );
  }

  it('whatever is asked rightly and wrongly', async () => {
    const path = '/v1/groups/g/runners/a';
    const runner = { incarnation: inc('a'), ready: true };
    const own = { 'x-conclave-secret': SECRET };
    const admin = bearer(of('admin'));
    await api.put('/v1/groups/g', {}, bearer(of('jwt')));
    await api.put(path, runner, { ...own, ...bearer(of('runner')) });
    const joined = await api.put('/v1/groups/g/runners/j', { incarnation: inc('j') }, bearer(of('join')));
    secrets.set('credential', joined.body.credential as string);
    const { d } = JSON.parse(readFileSync(keyFile(), 'utf8')) as { d: string };
    secrets.set('signing key', d);
    const next = { incarnation: inc('a', 2), previousExited: inc('a'), previousSecret: PREVIOUS };
    let answers = '';
    const note = async (asked: Promise<{ status: number; body: unknown; headers: Headers }>) => {
      const { status, body, headers } = await asked;
      answers += `${status} ${JSON.stringify(body)} ${JSON.stringify([...headers])}\n`;
      return status;
    };
    const refused = [
      api.get('/v1/groups', bearer(of('revoked'))),
      api.get('/v1/groups', bearer(`${of('admin')}x`)),
      api.get('/v1/groups', { authorization: of('admin') }),
      api.get('/v1/groups', { authorization: `Basic ${btoa(`ana:${of('admin')}`)}` }),
      api.get('/v1/groups', bearer(of('jwt that is not taken'))),
      api.get('/v1/groups', bearer(`${of('jwt')}x`)),
      api.put('/v1/groups/g', {}, bearer(of('consumer'))),
      api.put(`${path}`, next, bearer(of('runner'))),
      api.post(`${path}/heartbeat`, { incarnation: inc('a'), sequence: 1 }, bearer(of('runner'))),
      api.put(path, { ...runner, secret: SECRET }, bearer(of('runner'))),
      api.put(path, { ...next, previousSecret: `${PREVIOUS} ` }, bearer(of('runner'))),
      api.put(path, runner, { 'x-conclave-secret': `${SECRET} !`, ...bearer(of('runner')) }),
      api.get(`/v1/nowhere?token=${of('admin')}`, admin),
      api.get(`/v1/groups/g?token=${of('admin')}`, admin),
      api.get(`/v1/groups/%zz?token=${of('admin')}`, admin),
      api.get(`/v1/groups?access_token=${of('jwt')}`),
      api.post('/v1/heartbeats', { beats: [{ secret: SECRET }] }, bearer(of('runner'))),
    ];
    for (const asked of refused) expect(await note(asked)).toBeGreaterThanOrEqual(400);
    for (const text of [`{"token":"${of('admin')}"`, of('admin'), `{"a":"${SECRET}"`, `["${PREVIOUS}",]`])
      await api.put('/v1/groups/g', text, admin).then(({ status }) => expect(status).toBe(400));
    expect(await note(api.put('/v1/groups/g', {}, { ...admin, 'idempotency-key': of('admin') }))).toBe(200);
    await new Promise((resolve) => {
      const broken = request(`${server.url}${path}/heartbeat`, {
        method: 'POST',
        headers: { ...own, ...admin, 'content-type': 'application/json', 'content-length': 500 },
      });
      broken.on('error', resolve).write(`{"secret":"${SECRET}"`, () => broken.destroy());
    });
    shown.set('answers', answers);
  });

  it('whatever can be read', async () => {
    const admin = bearer(of('admin'));
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
      paths: Record<string, { get?: object }>;
    };
    const reads = Object.entries(paths).flatMap(([path, { get }]) =>
      get && !/watch|session/.test(path) ? [path] : [],
    );
    expect(reads.length).toBeGreaterThan(20);
    for (const path of [
      ...reads,
      '/openapi.json',
      '/metrics',
      '/readyz',
      '/v1/groups/g/history?limit=1000',
    ]) {
      const at = path
        .replace('{g}', 'g')
        .replace('{r}', 'a')
        .replace(/\{\w+\}/g, '1');
      const { body, headers } = await api.get(at, admin);
      shown.set(at, `${JSON.stringify(body)} ${JSON.stringify([...headers])}`);
    }
    for (const path of ['/v1/watch', '/v1/groups/g/watch']) {
      const watch = await api.stream(path, admin);
      await watch.next('it is whole', ({ event }) => event === 'synced');
      shown.set(path, JSON.stringify(watch.events));
      watch.cut();
    }
  });

  it('whatever the command line says and starts', async () => {
    const ready = join(folder, 'ready');
    const running = new Cli({
      CONCLAVE_URL: server.url,
      CONCLAVE_TOKEN: of('runner'),
      CONCLAVE_CONFIG: join(folder, 'config.json'),
    });
    writeFileSync(join(folder, 'config.json'), '{}');
    const args = ['run', '--group', 'cli', '--id', 'c', '--', 'sh', '-c', `touch ${ready}; exec sleep 60`];
    const run = running.started(...args);
    children.push(run);
    let said = '';
    for (const stream of [run.stdout!, run.stderr!])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the command runs', () => statSync(ready, { throwIfNoEntry: false }));
    const watching = spawn(process.execPath, ['dist/apps/cli/src/main.js', 'watch'], {
      env: { PATH: process.env.PATH, CONCLAVE_URL: server.url, CONCLAVE_TOKEN: of('admin') },
      stdio: 'ignore',
    });
    children.push(watching);
    shown.set('command lines', commandLines());
    expect(shown.get('command lines')).toContain('sleep 60');
    const tokenFile = join(folder, 'wrong.token');
    writeFileSync(tokenFile, of('revoked'), { mode: 0o600 });
    const outcomes = [
      await cli().run('groups'),
      await cli().run('token', 'list', '--file', tokens.file),
      await cli().run('token', 'list', '--file', tokens.file, '--json'),
      await cli({ CONCLAVE_TOKEN: '', CONCLAVE_TOKEN_FILE: tokenFile }).run('groups'),
      await cli({ CONCLAVE_URL: `http://ana:${PASSWORD}@127.0.0.1:1` }).run('groups'),
      await cli({ CONCLAVE_URL: `nonsense://ana:${PASSWORD}@127.0.0.1` }).run('groups'),
      await cli().run('groups', '--token', of('admin')),
      await cli({ CONCLAVE_CONFIG: join(folder, 'password') }).run('groups'),
    ];
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 3, 2, 2, 2, 2]);
    run.kill('SIGTERM');
    await until('it has ended', () => run.exitCode !== null || run.signalCode !== null);
    shown.set(
      'the command line',
      `${said}${outcomes.map(({ stdout: out, stderr }) => out + stderr).join('')}`,
    );
  });

  it('however the store fails, and however the server ends or does not start', async () => {
    if (double) {
      double.crash();
      const answer = await api.put('/v1/groups/g', { drainMs: 9 }, bearer(of('admin')));
      expect(answer.status).toBe(503);
      shown.set('the answer without a store', JSON.stringify(answer.body));
      shown.set('/readyz without a store', JSON.stringify((await api.get('/readyz')).body));
      await double.restart();
      await until('it is back', async () => (await api.get('/readyz')).status === 200);
    }
    expect(await server.kill('SIGTERM')).toBe(0);
    shown.set('stdout', stdout);
    shown.set('the log', server.stderr);
    expect(server.stderr).not.toBe('');
    const starts: Record<string, string>[] = [
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
      { CONCLAVE_TLS_CERT: keyFile(), CONCLAVE_TLS_KEY: keyFile() },
    ];
    for (const environment of starts) {
      const { code, stderr, stdout: out } = await ServerProcess.refused(environment);
      expect({ environment, code }).toEqual({ environment, code: 1 });
      shown.set(`a start with ${Object.keys(environment).join()}`, stderr + out);
    }
  });

  it('and whatever is kept: only the signing key itself holds one, for its user alone', () => {
    for (const name of readdirSync(dataFolder())) {
      const path = join(dataFolder(), name);
      expect({ name, mode: modeOf(path) }).toEqual({ name, mode: '600' });
      if (path !== keyFile()) shown.set(path, readFileSync(path, 'latin1'));
    }
    shown.set('tokens', readFileSync(tokens.file, 'utf8'));
    expect(modeOf(tokens.file)).toBe('600');
    expect(readFileSync(keyFile(), 'utf8')).toContain(of('signing key'));
    expect(shown.size).toBeGreaterThan(40);
    expect(leaks()).toEqual([]);
  });

  it('what others could read is taken back at the next start, and told', async () => {
    writeFileSync(keyFile().replace(/key$/, 'snapshot'), 'of an earlier version');
    const names = readdirSync(dataFolder());
    expect(names.map((name) => name.split('.').at(-1))).toEqual(
      expect.arrayContaining(['key', 'known', 'snapshot', ...(double ? [] : ['db'])]),
    );
    for (const path of [...names.map((name) => join(dataFolder(), name)), tokens.file])
      chmodSync(path, 0o644);
    const again = await ServerProcess.start(environment(), folder);
    for (const path of [...names.map((name) => join('data', name)), tokens.file])
      expect(
        again.stderr.split(`file \\"${path}\\" could be read by others (644): it is 600 now`),
      ).toHaveLength(2);
    await again.kill('SIGKILL'); // so that nothing is tidied up
    const left = readdirSync(dataFolder());
    if (!double) expect(left).toContain('conclave.db-wal');
    for (const name of left) expect([name, modeOf(join(dataFolder(), name))]).toEqual([name, '600']);
  });
});
