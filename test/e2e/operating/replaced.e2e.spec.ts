import { afterAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Api, dropFolder, inc } from '@conclave/testing';

const directory = mkdtempSync(join(tmpdir(), 'conclave-replaced-'));
afterAll(() => dropFolder(directory));

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
