import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Api, ServerProcess, until } from '@conclave/testing';

// What a stranger does: installs the packages in an empty folder, compiles a strict program, runs it.

const run = promisify(execFile);
const examplesIn = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'dom', 'esnext.disposable'],
  types: ['node'],
  outDir: 'out',
};
let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-packages-'));
  execFileSync(process.execPath, ['scripts/packages.mjs'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
  const tarballs = ['contract', 'runner-sdk'].map((name) =>
    resolve(`dist/packages/conclave-${name}-0.1.0.tgz`),
  );
  const types = `@types/node@${(JSON.parse(readFileSync('node_modules/@types/node/package.json', 'utf8')) as { version: string }).version}`;
  await run(
    'npm',
    ['install', '--silent', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs, types],
    { cwd: folder },
  );
  server = await ServerProcess.start();
}, 180_000);
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});
const compile = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text.replaceAll('http://127.0.0.1:7600', server.url));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: Object.keys(files) }),
  );
  return run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    ({ stdout }: { stdout: string }) => ({ stdout }),
  );
};

describe('the packages, installed', () => {
  it('examples compile in a strict program, mistakes do not', async () => {
    const [leading, block] = examplesIn('libs/runner-sdk/README.md');
    const [contract] = examplesIn('libs/contract/README.md');
    const wrong = `import { Runner } from '@conclave/runner-sdk';
// @ts-expect-error url is missing
new Runner({ group: 'g', id: 'r' });
// @ts-expect-error a status that is none
export const is = (runner: Runner) => runner.status === 'leader';
import type { LeaderReply } from '@conclave/contract';
// @ts-expect-error a field that is none
export const of = (reply: LeaderReply) => reply.leaderName;
`;
    expect(
      (
        await compile({
          'leading.ts': leading!,
          'block.ts': block!,
          'contract.ts': contract!,
          'wrong.ts': wrong,
        })
      ).stdout,
    ).toBe('');
  }, 120_000);

  it('the example leads, works, and resigns when it is asked to stop', async () => {
    const child = spawn(process.execPath, [join(folder, 'out/leading.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until('it works', () => output.includes('deploying in term 1 with a certificate'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    const { stdout } = await run(process.execPath, [join(folder, 'out/contract.js')]);
    expect(stdout).toContain('Stop acting on that term');
    expect(
      (await new Api(server.url).get('/v1/groups/deploy/history?type=LeadershipEnded')).body.events[0].data
        .cause,
    ).toBe('resigned');
  });

  it('needs nothing of ours at run time', () => {
    const own = JSON.parse(readFileSync('libs/runner-sdk/package.json', 'utf8')) as { dependencies: object };
    expect(Object.keys(own.dependencies).sort()).toEqual(['eventsource-parser', 'jose', 'undici']);
    const root = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const name of ['contract', 'runner-sdk'])
      expect(
        (JSON.parse(readFileSync(`libs/${name}/package.json`, 'utf8')) as { version: string }).version,
      ).toBe(root.version);
  });
});
