import { afterEach, expect, it } from '@jest/globals';
import { dropFolder } from '@conclave/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = mkdtempSync(join(tmpdir(), 'conclave-prepare-'));
afterEach(() => dropFolder(root));

const ALL = ['ci --no-audit --no-fund', 'run -s build:server', 'run -s build:dashboard'];
const asked = () => readFileSync(join(root, 'asked'), 'utf8').trim().split('\n');

/** A clone that was never prepared; its npm takes a while, and writes down what it was asked for. */
function freshClone(): void {
  for (const folder of ['scripts', 'libs', 'apps/server', 'apps/dashboard', 'bin'])
    mkdirSync(join(root, folder), { recursive: true });
  const configs = ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package.json', 'package-lock.json'];
  for (const file of [...configs, 'scripts/bundle.mjs']) writeFileSync(join(root, file), '{}');
  cpSync('scripts/prepare.mjs', join(root, 'scripts/prepare.mjs'));
  const npm = `#!/bin/sh\necho "$*" >> asked\nsleep 0.3\nmkdir -p node_modules dist/dashboard\n`;
  writeFileSync(join(root, 'bin/npm'), npm, { mode: 0o755 });
}

async function prepared() {
  const child = spawn(process.execPath, [join(root, 'scripts/prepare.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: `${join(root, 'bin')}${delimiter}${process.env.PATH}` },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

it('of several npm scripts at once in a fresh clone one installs and builds, also after one that was killed', async () => {
  freshClone();
  writeFileSync(join(root, '.preparing'), `999999999 ${hostname()}`);
  const all = await Promise.all([prepared(), prepared(), prepared()]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(asked()).toEqual(ALL);
  const waited = all.filter(({ said }) => /another process \(\d+ .*\) is installing or building/.test(said));
  expect(waited).toHaveLength(2);
  expect(existsSync(join(root, '.preparing'))).toBe(false);
});

it('with other packages, though no source has changed, it is built anew: they are in what is built', async () => {
  freshClone();
  await prepared();
  expect(asked()).toEqual(ALL);
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{}}');
  await prepared();
  expect(asked()).toEqual([...ALL, ...ALL]);
  await prepared();
  expect(asked()).toEqual([...ALL, ...ALL]);
});
