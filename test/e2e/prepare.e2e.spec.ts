import { afterEach, expect, it } from '@jest/globals';
import { dropFolder, until } from '@conclave/processes';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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
  writeFileSync(join(root, 'pace'), '0.3');
  cpSync('scripts/prepare.mjs', join(root, 'scripts/prepare.mjs'));
  // As npm: what tells it to stop it hears, and goes on for a while all the same.
  const npm = [
    '#!/bin/sh',
    "trap '' INT TERM HUP",
    'pace=$(cat pace)',
    'echo "$*" >> asked',
    'sleep $pace',
    'mkdir -p node_modules dist/dashboard',
    'echo done >> finished',
  ];
  writeFileSync(join(root, 'bin/npm'), npm.join('\n'), { mode: 0o755 });
}

const begun = (...flags: string[]) =>
  spawn(process.execPath, [...flags, join(root, 'scripts/prepare.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: `${join(root, 'bin')}${delimiter}${process.env.PATH}` },
  });

async function prepared(child = begun()) {
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

it('a release that is unpacked over another one is built, also if it is older than what was built of that', async () => {
  freshClone();
  const source = join(root, 'apps/server/main.ts');
  writeFileSync(source, 'newer');
  await prepared();
  writeFileSync(source, 'older');
  utimesSync(source, 1_000_000_000, 1_000_000_000);
  await prepared();
  expect(asked()).toEqual([...ALL, 'run -s build:server']);
  rmSync(source);
  await prepared();
  expect(asked()).toEqual([...ALL, 'run -s build:server', 'run -s build:server']);
});

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const;

it.each(ENDS)(
  '%s in the midst of installing: whoever starts anew at once has it to himself',
  async (signal) => {
    freshClone();
    writeFileSync(join(root, 'pace'), '3');
    const first = begun();
    const ended = once(first, 'exit');
    await until('it installs', () => existsSync(join(root, 'asked')));
    await until('it is known what was begun', () =>
      / .+ \d+$/.test(readFileSync(join(root, '.preparing'), 'utf8')),
    );
    writeFileSync(join(root, 'pace'), '0');
    first.kill(signal);
    expect(await ended).toEqual([null, signal]);
    const { code, said } = await prepared();
    expect(code).toBe(0);
    expect(asked()).toEqual([ALL[0], ...ALL]);
    // What a killed one (kill -9) has started goes on: it is waited for.
    const isWaitedFor = signal === 'SIGKILL';
    expect(/another process \(\d+ on [^ ]+\) is/.test(said)).toBe(isWaitedFor);
    expect(said).not.toContain(`(${first.pid} `); // whoever is told to wait can look at what is there
    await new Promise((passed) => setTimeout(passed, isWaitedFor ? 0 : 3_000));
    expect(readFileSync(join(root, 'finished'), 'utf8').match(/done/g)).toHaveLength(isWaitedFor ? 4 : 3);
  },
);

it('of one on another machine, or in a container that is gone, it says what to remove', async () => {
  freshClone();
  writeFileSync(join(root, '.preparing'), '7 elsewhere');
  const child = begun();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('it is told', () => said.includes('\n'));
  expect(said).toContain(
    `(7 on elsewhere) is installing or building here; waiting for it … (if that is gone, remove "${join(root, '.preparing')}")`,
  );
  rmSync(join(root, '.preparing'));
  expect((await once(child, 'exit'))[0]).toBe(0);
});

it('a Node that is too old is told so, before all is installed for it', async () => {
  freshClone();
  const old = join(root, 'old.cjs');
  writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } });");
  const { code, said } = await prepared(begun('--require', old));
  expect([code, said]).toEqual([1, 'conclave: Node 20.19 or newer is needed, this is Node 18.20.8\n']);
  expect(existsSync(join(root, 'asked'))).toBe(false);
});

it('the Node that comes along is in the path of scripts, also where npm (10) did not put it there', async () => {
  freshClone();
  const bundled = join(root, `node_modules/node-${process.platform}-${process.arch}/bin`);
  for (const folder of [bundled, join(root, 'node_modules/.bin')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(bundled, 'node'), 'this one');
  await prepared();
  expect(readFileSync(join(root, 'node_modules/.bin/node'), 'utf8')).toBe('this one');
});

it.each([
  ['writeFileSync', '.preparing', null],
  ['mkdirSync', '.preparing-looking', `999999999 ${hostname()}`], // of another user's that was killed
])('where this user may write nothing it says that (%s)', async (denied, file, left) => {
  freshClone();
  if (left !== null) writeFileSync(join(root, '.preparing'), left);
  const denying = join(root, 'denying.cjs');
  writeFileSync(
    denying,
    `require('node:fs').${denied} = (file) => {
       throw Object.assign(new Error("EACCES: permission denied, open '" + file + "'"), { code: 'EACCES' });
     };`,
  );
  const { code, said } = await prepared(begun('--require', denying));
  const where = `EACCES: permission denied, open '${join(root, file)}'`;
  expect(said).toBe(`conclave: nothing can be installed or built here by this user: ${where}\n`);
  expect(code).toBe(1);
});
