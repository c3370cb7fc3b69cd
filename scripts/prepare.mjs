// Runs before every npm script that needs them: installs packages and builds, each only if something changed
// since. Plain JavaScript without dependencies, because on a fresh clone it runs before anything is
// installed, on Node 20.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
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

function build() {
  const marker = at('dist', '.built');
  const configs = ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package.json'].map(
    (file) => statSync(at(file)).mtimeMs,
  );
  const newest = Math.max(newestIn(at('apps')), newestIn(at('libs')), ...configs);
  if (existsSync(marker) && statSync(marker).mtimeMs > newest) return;
  run('npm', 'run', '-s', 'build');
  writeFileSync(marker, '');
}

install();
if (!process.argv.includes('--no-build')) build();
