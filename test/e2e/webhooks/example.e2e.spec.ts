import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Api, freePorts, until } from '@conclave/processes';
import { SECRET, webhooksFile } from './receiver.fixture.js';
import { delivering, orders, Running } from './told.fixture.js';

const running = new Running();

it('the receiver of docs/webhooks.md takes what is signed for it, once, and nothing else', async () => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/webhooks.md', 'utf8'))!;
  const path = `dist/receiver-of-the-docs-${process.pid}.mjs`; // where it finds the library
  writeFileSync(path, code!);
  running.closes(async () => rmSync(path, { force: true }));
  const [port] = (await freePorts(1)) as [number];
  const child = spawn(process.execPath, [path], { env: { PORT: String(port), SECRET } });
  running.ends({ kill: async () => child.kill('SIGKILL') });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://127.0.0.1:${port}/`;
  await until('it listens', async () =>
    fetch(url, { method: 'POST', body: '{}' }).then(
      ({ status }) => status === 401,
      () => false,
    ),
  );
  const file = webhooksFile([{ name: 'ops', url, secret: SECRET, on: ['order'] }]);
  const api = new Api((await running.server({ CONCLAVE_WEBHOOKS: file })).url);
  await delivering(api, 'ops');
  expect((await api.post('/v1/webhooks/ops/test', {})).body).toMatchObject({ delivered: true, status: 204 });
  await orders(api, 'g', 0, 1);
  await until('it says what happened', () => said.includes('order group created'));
  expect(said.split('\n')[0]).toBe('test somebody tries whether this webhook works');
});
