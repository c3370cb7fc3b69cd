import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Cli, inc, ServerProcess, until } from '@conclave/processes';
import { PASSWORD, PREVIOUS, SECRET, Secrets } from './secrets.fixture.js';
import { bearer } from './tokens.fixture.js';

describe.each(['sqlite', 'esdb'] as const)('nothing secret ever shows, on %s', (kind) => {
  const kept = new Secrets(kind);
  const { of, tokens, folder, shown } = kept;

  it('whatever is asked rightly and wrongly', async () => {
    const { api } = kept;
    const path = '/v1/groups/g/runners/a';
    const runner = { incarnation: inc('a'), ready: true };
    const own = { 'x-conclave-secret': SECRET };
    const admin = bearer(of('admin'));
    await api.put('/v1/groups/g', {}, bearer(of('jwt')));
    await api.put(path, runner, { ...own, ...bearer(of('runner')) });
    const joined = await api.put('/v1/groups/g/runners/j', { incarnation: inc('j') }, bearer(of('join')));
    kept.secrets.set('credential', joined.body.credential as string);
    const { d } = JSON.parse(readFileSync(kept.keyFile(), 'utf8')) as { d: string };
    kept.secrets.set('signing key', d);
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
    ];
    for (const asked of refused) expect(await note(asked)).toBeGreaterThanOrEqual(400);
    const batch = api.post('/v1/heartbeats', { beats: [{ secret: SECRET }] }, bearer(of('runner')));
    expect(await note(batch)).toBe(200); // each beat is refused by itself
    for (const text of [`{"token":"${of('admin')}"`, of('admin'), `{"a":"${SECRET}"`, `["${PREVIOUS}",]`])
      await api.put('/v1/groups/g', text, admin).then(({ status }) => expect(status).toBe(400));
    expect(await note(api.put('/v1/groups/g', {}, { ...admin, 'idempotency-key': of('admin') }))).toBe(200);
    await new Promise((resolve) => {
      const broken = request(`${kept.server.url}${path}/heartbeat`, {
        method: 'POST',
        headers: { ...own, ...admin, 'content-type': 'application/json', 'content-length': 500 },
      });
      broken.on('error', resolve).write(`{"secret":"${SECRET}"`, () => broken.destroy());
    });
    shown.set('answers', answers);
  });

  it('whatever can be read', async () => {
    const { api } = kept;
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
      await watch.next('who leads', ({ event }) => event === 'leader');
      shown.set(path, JSON.stringify(watch.events));
      watch.cut();
    }
  });

  it('whatever the command line says and starts', async () => {
    const ready = join(folder, 'ready');
    const running = new Cli({
      CONCLAVE_URL: kept.server.url,
      CONCLAVE_TOKEN: of('runner'),
      CONCLAVE_CONFIG: join(folder, 'config.json'),
    });
    writeFileSync(join(folder, 'config.json'), '{}');
    const args = ['run', '--group', 'cli', '--id', 'c', '--', 'sh', '-c', `touch ${ready}; exec sleep 60`];
    const run = running.started(...args);
    kept.children.push(run);
    let said = '';
    for (const stream of [run.stdout!, run.stderr!])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the command runs', () => statSync(ready, { throwIfNoEntry: false }));
    const watching = spawn(process.execPath, ['dist/apps/cli/src/main.js', 'watch'], {
      env: { PATH: process.env.PATH, CONCLAVE_URL: kept.server.url, CONCLAVE_TOKEN: of('admin') },
      stdio: 'ignore',
    });
    kept.children.push(watching);
    shown.set('command lines', kept.commandLines());
    expect(shown.get('command lines')).toContain('sleep 60');
    const tokenFile = join(folder, 'wrong.token');
    writeFileSync(tokenFile, of('revoked'), { mode: 0o600 });
    const outcomes = [
      await kept.cli().run('groups'),
      await kept.cli().run('token', 'list', '--file', tokens.file),
      await kept.cli().run('token', 'list', '--file', tokens.file, '--json'),
      await kept.cli({ CONCLAVE_TOKEN: '', CONCLAVE_TOKEN_FILE: tokenFile }).run('groups'),
      await kept.cli({ CONCLAVE_URL: `http://ana:${PASSWORD}@127.0.0.1:1` }).run('groups'),
      await kept.cli({ CONCLAVE_URL: `nonsense://ana:${PASSWORD}@127.0.0.1` }).run('groups'),
      await kept.cli().run('groups', '--token', of('admin')),
      await kept.cli({ CONCLAVE_CONFIG: join(folder, 'password') }).run('groups'),
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
    const { api } = kept;
    if (kept.double) {
      kept.double.crash();
      const answer = await api.put('/v1/groups/g', { drainMs: 9 }, bearer(of('admin')));
      expect(answer.status).toBe(503);
      shown.set('the answer without a store', JSON.stringify(answer.body));
      shown.set('/readyz without a store', JSON.stringify((await api.get('/readyz')).body));
      await kept.double.restart();
      await until('it is back', async () => (await api.get('/readyz')).status === 200);
    }
    expect(await kept.server.kill('SIGTERM')).toBe(0);
    shown.set('stdout', kept.stdout);
    shown.set('the log', kept.server.stderr);
    expect(kept.server.stderr).not.toBe('');
    if (kept.double) return; // who does not start has no store
    for (const [n, environment] of kept.wrongStarts().entries()) {
      const { code, stderr, stdout: out } = await ServerProcess.refused(environment);
      expect({ environment, code }).toEqual({ environment, code: 1 });
      shown.set(`start ${n} with ${Object.keys(environment).join()}`, stderr + out);
    }
  });

  it('and whatever is kept: only the signing key itself holds one, for its user alone', () => {
    for (const name of readdirSync(kept.dataFolder())) {
      const path = join(kept.dataFolder(), name);
      expect({ name, mode: kept.modeOf(path) }).toEqual({ name, mode: '600' });
      if (path !== kept.keyFile()) shown.set(path, readFileSync(path, 'latin1'));
    }
    shown.set('tokens', readFileSync(tokens.file, 'utf8'));
    expect(kept.modeOf(tokens.file)).toBe('600');
    expect(readFileSync(kept.keyFile(), 'utf8')).toContain(of('signing key'));
    expect(shown.size).toBeGreaterThan(30);
    expect(kept.leaks()).toEqual([]);
  });

  it('what others could read is taken back at the next start, and told', async () => {
    writeFileSync(kept.keyFile().replace(/key$/, 'snapshot'), 'of an earlier version');
    // the mark of a file that was closed in order is gone with the start
    const names = readdirSync(kept.dataFolder()).filter((name) => !name.endsWith('.closed'));
    expect(names.map((name) => name.split('.').at(-1))).toEqual(
      expect.arrayContaining(['key', 'known', 'snapshot', ...(kept.double ? [] : ['db'])]),
    );
    for (const path of [...names.map((name) => join(kept.dataFolder(), name)), tokens.file])
      chmodSync(path, 0o644);
    const again = await ServerProcess.start(kept.environment(), folder);
    for (const path of [...names.map((name) => join('data', name)), tokens.file])
      expect(
        again.stderr.split(`file \\"${path}\\" could be read by others (644): it is 600 now`),
      ).toHaveLength(2);
    await again.kill('SIGKILL'); // so that nothing is tidied up
    const left = readdirSync(kept.dataFolder());
    if (!kept.double) expect(left).toContain('conclave.db-wal');
    for (const name of left)
      expect([name, kept.modeOf(join(kept.dataFolder(), name))]).toEqual([name, '600']);
  });
});
