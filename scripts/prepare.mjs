// Runs before every npm script that needs them: installs packages and builds, each only if something changed
// since. Plain JavaScript without dependencies, because on a fresh clone it runs before anything is
// installed, on Node 20.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(`conclave: "${command} ${args.join(' ')}" failed${error ? `: ${error.message}` : ''}`);
  process.exit(status ?? 1);
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  const marker = at('node_modules', '.conclave-installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  if (lstatSync(at('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error(
      `conclave: "${at('node_modules')}" is a link, and installing would empty what it leads to. Remove it, or run this where it leads to.`,
    );
    process.exit(1);
  }
  console.error('conclave: installing packages (once, about half a minute) …');
  run('npm', 'ci', '--no-audit', '--no-fund');
  writeFileSync(marker, lock);
}

function newestIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (newest, entry) => Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
      0,
    );
}

const CONFIGS = ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package.json'];

const isBuilt = (marker, newest) => existsSync(marker) && statSync(marker).mtimeMs > newest;

/** What runs on Node and what runs in a browser, each only if it changed; the first one clears the folder of both. */
function build() {
  const configs = CONFIGS.map((file) => statSync(at(file)).mtimeMs);
  const rooms = readdirSync(at('apps'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'dashboard')
    .map(({ name }) => name);
  const libs = newestIn(at('libs'));
  const newest = Math.max(libs, ...rooms.map((name) => newestIn(at('apps', name))), ...configs);
  const marker = at('dist', '.built');
  if (!isBuilt(marker, newest)) {
    run('npm', 'run', '-s', 'build:server');
    writeFileSync(marker, '');
  }
  const page = at('dist', 'dashboard', '.built');
  if (isBuilt(page, Math.max(newestIn(at('apps', 'dashboard')), ...configs))) return;
  run('npm', 'run', '-s', 'build:dashboard');
  writeFileSync(page, '');
}

install();
if (!process.argv.includes('--no-build')) build();
