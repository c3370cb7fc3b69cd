export { keepCompiled, saveCompiled } from './compiled.js';
export { draftNameOf, putInPlace, sweepDrafts, tryToPut } from './drafts.js';
export { makeFolder } from './make-folder.js';
export { collectOnlyInNeed, letAllObjectsBeginYoung, letMemoryGrow } from './memory.js';
export { Output } from './output.js';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs on Node 20, before anything else is loaded: plain imports of node: modules only.

/** The embedded store is `node:sqlite`. */
const [WANTED_MAJOR, WANTED_MINOR] = [22, 13];

/** True if this Node can run all of Conclave. */
export function isNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > WANTED_MAJOR || (major === WANTED_MAJOR && minor >= WANTED_MINOR);
}

/** Of the command line, which runs on whatever Node it is called with; null: it can. Has what is asked for: a newer one of Bun, too. */
export function nodeProblem(): string | null {
  if ('getBuiltinModule' in process) return null;
  const { node } = (process as NodeJS.Process).versions;
  return `Node 20.19, 22.12 or newer is needed, this is Node ${node}`;
}

/**
 * The Node that npm installed for this platform beside the program, or null: there is none for every
 * platform.
 */
export function bundledNode(program: string): string | null {
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(fileURLToPath(program)); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', platform, 'bin', binary);
    if (existsSync(path)) return path;
  }
  return null;
}

/** Why this program cannot run here, and what to do. */
export const tooOld = (): string =>
  `Node ${process.versions.node} is too old for this (${WANTED_MAJOR}.${WANTED_MINOR} or newer is needed), and none comes along for ` +
  `${process.platform} ${process.arch}, or it was not installed. Install Node 24 or newer, or run "npm ci" where one comes along.`;

/** Why nothing can be started here, and what to do; null: it can. */
export function placeProblem(): string | null {
  try {
    process.cwd();
    return null;
  } catch {
    return 'the folder that it is started in is not there any more; change to one that is ("cd ..", then back)';
  }
}

/**
 * Runs this same program on another Node, or what `line` names. It lives and dies with this process: also a kill -9 of this pid
 * ends it.
 */
export function runOn(node: string, line = [...process.execArgv, ...process.argv.slice(1)]): void {
  // before it is there: told to end between the two, this process would leave it behind
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const child = spawn(node, line, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CONCLAVE_CHILD: '1' },
    // a group of its own: Ctrl-C reaches it once, through us, and not a second time as "at once"
    detached: true,
  });
  child.on('error', (error) => {
    console.error(`conclave: ${node} cannot be run: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 0);
    process.exitCode = 1; // of process 1 in a container, which no signal of its own ends
    process.removeAllListeners(signal);
    process.kill(process.pid, signal); // a shell and systemd tell Ctrl-C and "stop" from a failure by it
  });
}

/** In a process that {@link runOn} began: ends with the one that began it. */
export function followParent(): void {
  if (!process.env.CONCLAVE_CHILD || !process.channel) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

/**
 * Signals end process 1 of a container only where it listens: without this nobody could stop what does not (`conclave watch`, a server
 * that begins), but by SIGKILL ten seconds later. Whoever listens has them alone.
 */
export function endAsOthersDo(): void {
  if (process.pid !== 1) return;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
    const end = (): void => process.exit(128 + constants.signals[signal]);
    // not at once: with the last one Node would stop to hear the signal, and has looked already whether it must begin to
    const giveWay = (): void =>
      process.nextTick(() => process.listenerCount(signal) > 1 && process.off(signal, end));
    process.on('newListener', (name, one) => name === signal && one !== end && giveWay());
    // `signal-exit` takes its listeners away and sends the signal once more
    process.on('removeListener', (name, one) => {
      if (name === signal && one !== end && process.listenerCount(signal) === 0) process.on(signal, end);
    });
    process.on(signal, end);
  }
}

/**
 * SIGUSR1, by which other programs open their logs anew, begins the debugger of Node: each user of this machine could then do by
 * way of a port of 127.0.0.1 what this process may. Where somebody listens it does not.
 */
export function keepDebuggerOut(): void {
  process.on('SIGUSR1', () => undefined);
}

const LOOK_MS = 250;

/**
 * `npm start` that is told to end ends the shell that it began, and not what runs in it: that goes on with nobody who would
 * stop it. So whoever our own `npm start` began ends with its shell, as if it had been told itself; nobody whom another
 * program's script put into the background.
 */
export function followShell(): void {
  const { ppid, env } = process;
  if (env.npm_lifecycle_event !== 'start' || env.npm_package_name !== 'conclave' || env.CONCLAVE_CHILD)
    return;
  const looking = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  looking.unref();
}
