import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { ServerProcess } from '@conclave/processes';

// The SDK in programs of others, which do what ours do not.

const SDK = resolve('dist/libs/runner-sdk/src/index.js');
/** As Node 20 and 22 are by themselves. */
const WITH_HOOKS = Number.parseInt(process.versions.node) < 24 ? [] : ['--no-async-context-frame'];
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.kill());

/** What a program prints; `leadOnce(group)` leads there, and stops. */
async function printed(program: string, ...flags: string[]): Promise<string> {
  const text = `
    const sdk = async () => import(${JSON.stringify(SDK)});
    async function leadOnce(group) {
      const { Runner } = await sdk();
      const runner = new Runner({ url: '${server.url}', group, id: 'one' });
      await runner.lead(() => void runner.stop());
    }
    ${program}`;
  const run = promisify(execFile);
  return (await run(process.execPath, [...flags, '--input-type=module', '-e', text])).stdout.trim();
}

it('runners that are gone leave nothing that each promise of the program looks through, as in Node 20 and 22', async () => {
  const program = `
    import { AsyncResource } from 'node:async_hooks';
    const kept = () => Object.getOwnPropertySymbols(new AsyncResource('any')).length;
    await leadOnce('kept-0');
    const before = kept();
    for (const group of ['kept-1', 'kept-2', 'kept-3']) await leadOnce(group);
    console.log(kept() - before);`;
  expect(await printed(program, ...WITH_HOOKS)).toBe('0');
});

it('a global agent of another make, without options, is none of its business', async () => {
  const program = `
    import http from 'node:http';
    http.globalAgent = { addRequest() { throw new Error('asked'); } };
    await leadOnce('agent');
    console.log('led');`;
  expect(await printed(program)).toBe('led');
});

it('where the part of a gate that checks signatures cannot be loaded, a certificate is refused, and the program goes on', async () => {
  const hook =
    "export const resolve = (name, of, next) => { if (name === 'jose') throw Error('gone'); return next(name, of); }";
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { TermGate } = await sdk();
    const gate = new TermGate({ group: 'g', keys: { keys: [{ kty: 'OKP' }] } });
    await import('jose').catch(() => new Promise(setImmediate));
    await gate.admit('any').catch((error) => console.log(error.message));`;
  expect(await printed(program)).toBe('gone');
});

const require = createRequire(resolve('package.json'));
it.each([
  ['signal-exit 4', require.resolve('signal-exit')],
  ['signal-exit 3', createRequire(require.resolve('proper-lockfile')).resolve('signal-exit')],
])(
  '%s only looks on: the signal ends the process, and whoever looks on hears of it',
  async (_, lookerOn) => {
    const program = `
    import { createRequire } from 'node:module';
    const looker = createRequire(import.meta.url)(${JSON.stringify(lookerOn)});
    (looker.onExit ?? looker)((code, signal) => console.log(signal));
    setInterval(() => undefined, 1_000); // it would not end by itself
    const { Runner } = await sdk();
    const runner = new Runner({ url: '${server.url}', group: 'looked-on', id: 'one' });
    runner.on('status', (status) => console.log(status));
    await runner.lead(({ signal }) => {
      process.kill(process.pid, 'SIGTERM');
      return new Promise((resolve) => signal.addEventListener('abort', resolve));
    });`;
    const { signal, stdout } = await printed(program).then(
      () => ({ signal: null, stdout: '' }),
      (error: { signal: string; stdout: string }) => error,
    );
    expect([signal, stdout]).toEqual(['SIGTERM', 'leading\nstopped\nSIGTERM\n']);
  },
  20_000,
);
