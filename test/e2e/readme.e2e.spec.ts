import { transformSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Api, ServerProcess, until } from '@conclave/processes';

/**
 * Blocks that start or test the whole project, or need Docker: not run from inside a test. Named, so that
 * none hides.
 */
const NOT_HERE = ['npm start        #', 'npm run demo', 'docker compose up'];
/**
 * After the README, in which they are linked, each goes on where the one before it ended. What is not for any
 * machine is `console` there.
 */
const DOCUMENTS = [
  'README.md',
  'docs/cli.md',
  'docs/auditing.md',
  'docs/runner-protocol.md',
  'docs/fencing.md',
  'docs/formats.md',
  'docs/operations.md',
  'docs/webhooks.md',
  'docs/restore.md',
  'docs/eventstoredb.md',
];
const textOf = (file: string) => readFileSync(file, 'utf8');
const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp('^```' + language + '\\n([\\s\\S]*?)^```', 'gm'))].map((m) => m[1]!);
const everyShell = DOCUMENTS.flatMap((file) => blocksOf(textOf(file), 'sh'));
const shell = everyShell.filter((block) => !NOT_HERE.some((start) => block.startsWith(start)));

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server.kill());

/**
 * Runs a block as written, but for the address; `npm run conclave` without npm; curl says which status it
 * got.
 */
async function bash(block: string): Promise<{ code: number; output: string }> {
  const prelude = `set -e
curl() { command curl -w '\\nHTTP %{http_code}\\n' "$@" || test $? = 28; }
npm() { shift 4; "${process.execPath}" dist/apps/cli/src/main.js "$@"; }
`;
  const child = spawn('bash', ['-c', prelude + block.replaceAll('http://127.0.0.1:7600', server.url)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, CONCLAVE_URL: server.url, HOME: '/nonexistent', S: server.url },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe('every example of README and docs runs', () => {
  it('knows its blocks', () => {
    expect(shell.length).toBeGreaterThanOrEqual(5);
    expect(everyShell.length).toBe(shell.length + NOT_HERE.length);
    const all = readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`);
    expect(
      all.filter((file) => !DOCUMENTS.includes(file) && blocksOf(textOf(file), 'sh').length > 0),
    ).toEqual([]);
  });

  it('shell: in order, on one server; the only refusals are those the text announces', async () => {
    for (const block of shell) {
      const { code, output } = await bash(block);
      expect({ block, code, output }).toMatchObject({ code: 0 });
      for (const [, shown] of block.matchAll(/# → (.+)$/gm))
        for (const [field] of shown!.matchAll(/"\w+":(?:"[^"]*"|\w+)/g))
          expect({ block, output }).toMatchObject({ output: expect.stringContaining(field) });
      const refused = [...output.matchAll(/^HTTP ([45]\d\d)$/gm)].map((m) => m[1]);
      expect({ block, output, refused }).toMatchObject({
        refused: [...block.matchAll(/# (4\d\d) [a-z-]+ now$/gm)].map((m) => m[1]),
      });
    }
    expect((await new Api(server.url).get('/v1/groups/deploy')).body.settings.damping).toMatchObject({
      halfLifeMs: 600_000,
    });
  });

  it('TypeScript: the runner leads and works', async () => {
    const file = 'dist/readme-example.mjs';
    const example = blocksOf(textOf('README.md'), 'ts')[0]!
      .replace("'@conclave/runner-sdk'", "'./libs/runner-sdk/src/index.js'")
      .replaceAll('http://127.0.0.1:7600', server.url)
      .replace("'deploy'", "'readme'");
    const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' } as const;
    writeFileSync(file, transformSync(example, { jsc, module: { type: 'es6' }, swcrc: false }).code);
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until('it works', () => output.includes('deployed in term 1'));
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    rmSync(file);
    expect(
      (await new Api(server.url).get('/v1/groups/readme/history?type=LeadershipEnded')).body.events[0].data
        .cause,
    ).toBe('resigned');
  });
});
