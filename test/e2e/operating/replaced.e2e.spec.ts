import { afterAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, dropFolder, freePorts, inc, ServerProcess, until } from '@conclave/processes';
import { bearer, Tokens } from '../credentials/tokens.fixture.js';

const directory = mkdtempSync(join(tmpdir(), 'conclave-replaced-'));
const tokens = new Tokens();
afterAll(() => {
  dropFolder(directory);
  tokens.remove();
});

it('an agent whose program was replaced while it waited for a server takes its credential, and leads', async () => {
  const [port] = await freePorts(1);
  const folder = join(directory, 'agent');
  cpSync('dist', join(folder, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const program = join(folder, 'dist/apps/cli/src/main.js');
  const environment = {
    CONCLAVE_URL: `http://127.0.0.1:${port}`,
    CONCLAVE_TOKEN: await tokens.make('ci', 'join'),
  };
  const agent = spawn(
    process.execPath,
    [program, 'agent', '--group', 'g', '--id', 'a', '--listen', '127.0.0.1:0'],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], env: environment },
  );
  let said = '';
  agent.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('it waits', () => said.includes('ECONNREFUSED'));
  rmSync(join(folder, 'dist'), { recursive: true });
  const server = await ServerProcess.start({
    CONCLAVE_PORT: String(port),
    CONCLAVE_STORE: 'sqlite::memory:',
    CONCLAVE_TOKENS: tokens.file,
  });
  const admin = bearer(await tokens.make('root', 'admin'));
  const leader = async () => (await fetch(`${server.url}/v1/groups/g/leader`, { headers: admin })).json();
  await until('it leads', async () => ((await leader()) as { leader?: object | null }).leader != null);
  agent.kill('SIGTERM');
  expect(await once(agent, 'exit')).toEqual([0, null]);
  expect(said).not.toContain('Cannot find module');
  await server.kill('SIGTERM');
});

it('a server whose program was replaced goes on, and says of what it has not read of it that it is gone', async () => {
  cpSync('dist', join(directory, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  const child = spawn(process.execPath, [join(directory, 'dist/apps/server/src/main.js')], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { CONCLAVE_PORT: '0', CONCLAVE_STORE: 'sqlite::memory:' },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const api = new Api(/listening on (\S+)/.exec(line.toString())![1]!);
  for (const name of readdirSync(join(directory, 'dist')))
    if (name !== 'dashboard') rmSync(join(directory, 'dist', name), { recursive: true });
  await api.put('/v1/groups/g/runners/a', { incarnation: inc('a'), ready: true });
  for (const path of ['/v1/groups/g/report', '/openapi.json'])
    expect(await api.get(path)).toMatchObject({
      status: 503,
      body: { code: 'not-ready', detail: expect.stringMatching(/was replaced.* Restart it\.$/) },
    });
  expect((await api.get('/v1/groups/g/leader')).body).toMatchObject({ term: 1, leader: { runner: 'a' } });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(log).not.toMatch(/internal error|defect/);
});
