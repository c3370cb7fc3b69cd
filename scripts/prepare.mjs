// Runs before every npm script that needs them: installs packages and builds, each only if something changed
// since. Plain JavaScript without dependencies, because on a fresh clone it runs before anything is
// installed, on Node 20.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto'; // whole: an older Node is to be told what it is, and has no `hash`
import { once } from 'node:events';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

/**
 * What it starts is a group of its own, which ends with it: on Ctrl-C npm unpacks all packages and then takes them away again,
 * for up to a minute, and whoever started anew meanwhile had an installation without packages.
 */
async function run(command, ...args) {
  const isWindows = process.platform === 'win32';
  let told;
  const end = (signal) => {
    told = signal;
    if (isWindows) child.kill();
    else if (isThere(-child.pid)) process.kill(-child.pid, 'SIGKILL');
  };
  for (const signal of SIGNALS) process.on(signal, end); // first: told to end between the two, it would leave it behind
  const stdio = ['ignore', 2, 2];
  const child = spawn(command, args, { cwd: root, stdio, shell: isWindows, detached: !isWindows });
  if (child.pid && !isWindows) fs.writeFileSync(TURN, `${OURS} ${child.pid}`);
  const [status, problem] = await once(child, 'close').catch((error) => [1, error.message]);
  for (const signal of SIGNALS) process.off(signal, end);
  fs.writeFileSync(TURN, OURS);
  if (status === 0 && !told) return;
  if (told) {
    fs.rmSync(TURN, { force: true });
    process.kill(process.pid, told); // as it ends without us
  } else console.error(`conclave: "${command} ${args.join(' ')}" failed${problem ? `: ${problem}` : ''}`);
  process.exit(status ?? 1);
}

/** Who installs or builds here now: one at a time, or two would write into one folder. */
const TURN = at('.preparing');
const OURS = `${process.pid} ${hostname()}`; // whose numbers mean nothing elsewhere; behind it what it has started
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const LONGEST_MS = 30 * 60_000; // by then its number may be another process's, or it is on another machine
const LOOK_MS = 100;
const LONGEST_LOOK_MS = 10_000; // who took longer to look was killed as it did

/** What stands in a file; undefined: it is gone. */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process or, below 0, any of a group. */
function isThere(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // another user's
  }
}

function isAlive(holder) {
  const [pid, host, group] = holder.split(' ');
  const sinceMs = fs.statSync(TURN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - sinceMs > LONGEST_MS) return false;
  if (holder === '') return Date.now() - sinceMs < LONGEST_LOOK_MS; // it writes it just now
  if (host !== hostname()) return true; // nobody can say
  return isThere(Number(pid)) || (group !== undefined && isThere(-Number(group)));
}

/** False: it was there. */
function made(make) {
  try {
    make();
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    console.error(`conclave: nothing can be installed or built here by this user: ${error.message}`);
    return process.exit(1);
  }
}

const tookTurn = () => made(() => fs.writeFileSync(TURN, OURS, { flag: 'wx' }));

/** What one that was killed left behind. One at a time looks and removes, or the next one's turn would be removed for it. */
function removeDead() {
  const looking = `${TURN}-looking`;
  if (!made(() => fs.mkdirSync(looking))) {
    const sinceMs = fs.statSync(looking, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - sinceMs > LONGEST_LOOK_MS) fs.rmSync(looking, { recursive: true, force: true });
    return;
  }
  const holder = textOf(TURN);
  if (holder !== undefined && !isAlive(holder)) fs.rmSync(TURN, { force: true });
  fs.rmSync(looking, { recursive: true, force: true });
}

function waitForTurn() {
  for (let isTold = false; !tookTurn();) {
    const holder = textOf(TURN);
    if (holder === undefined) continue;
    if (!isAlive(holder)) removeDead();
    else if (holder !== '' && !isTold) {
      const [pid, host, group = pid] = holder.split(' ');
      const who = `another process (${isThere(Number(pid)) ? pid : group} on ${host})`; // what a killed one began goes on
      const away = host === hostname() ? '' : ` (if that is gone, remove "${TURN}")`; // nobody here can say
      console.error(`conclave: ${who} is installing or building here; waiting for it …${away}`);
      isTold = true;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  }
  process.on('exit', () => {
    if (textOf(TURN)?.startsWith(OURS)) fs.rmSync(TURN, { force: true });
  });
}

const INSTALLED = at('node_modules', '.conclave-installed');
const LOCK = 'package-lock.json';
const lockHash = () => crypto.hash('sha256', fs.readFileSync(at(LOCK)));
const isInstalled = () => textOf(INSTALLED) === lockHash();

async function install() {
  if (isInstalled()) return;
  if (fs.lstatSync(at('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error(
      `conclave: "${at('node_modules')}" is a link, and installing would empty what it leads to. Remove it, or run this where it leads to.`,
    );
    process.exit(1);
  }
  console.error('conclave: installing packages (once, about half a minute) …');
  fs.rmSync(INSTALLED, { force: true }); // or one that was ended meanwhile would be taken for done with the packages of before
  await run('npm', 'ci', '--no-audit', '--no-fund');
  fs.writeFileSync(INSTALLED, lockHash());
}

/** As npm 11 does. npm 10, which comes with Node 20 and 22, does not, and scripts ran on a Node without `node:sqlite`. */
function linkNode() {
  const node = join('..', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  const link = at('node_modules', '.bin', 'node');
  if (fs.existsSync(join(link, '..', node)) && !fs.existsSync(link)) fs.symlinkSync(node, link);
}

const filesIn = (...folder) =>
  fs
    .readdirSync(at(...folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name));

/** Not whether it is newer: a release unpacked over another has times of its own, perhaps from before that was built here. */
function lineOf(file) {
  const { size, mtimeMs } = fs.statSync(file);
  return `${relative(root, file)} ${size} ${mtimeMs}`;
}
const stampOf = (files) => crypto.hash('sha256', files.map(lineOf).sort().join());

/** Libraries are in what is built (`bundle.mjs`, vite), so it is old when one of them is another. */
const CONFIGS = ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package.json', LOCK, 'scripts/bundle.mjs'];

/** What runs on Node and what runs in a browser: what says of what it is built, and of what it is to be. */
function builds() {
  const page = filesIn('apps', 'dashboard');
  const others = [...filesIn('libs'), ...filesIn('apps')].filter((file) => !page.includes(file));
  const of = (script, marker, files) => {
    const stamp = stampOf([...files, ...CONFIGS.map((file) => at(file))]);
    return { script, marker, stamp, isDone: textOf(marker) === stamp };
  };
  return [
    of('build:server', at('dist', '.built'), others),
    of('build:dashboard', at('dist', 'dashboard', '.built'), page),
  ];
}

/** Each only if it changed; the first one clears the folder of both. */
async function build() {
  for (const n of [0, 1]) {
    const { script, marker, stamp, isDone } = builds()[n];
    if (isDone) continue;
    await run('npm', 'run', '-s', script);
    fs.writeFileSync(marker, stamp);
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`conclave: Node 20.19 or newer is needed, this is Node ${process.versions.node}`); // engines
  process.exit(1);
}
const wantsBuild = !process.argv.includes('--no-build');
if (!isInstalled() || (wantsBuild && !builds().every(({ isDone }) => isDone))) {
  waitForTurn();
  await install();
  linkNode();
  if (wantsBuild) await build();
}
