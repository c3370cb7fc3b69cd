import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FOLLOWS, ours } from '../../scripts/ours.mjs';

export const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A process that can be killed, paused and started again. */
export class Victim {
  constructor(name, start, folder = () => null) {
    this.name = name;
    this.start = start;
    this.folder = folder;
    this.child = ours(start());
  }
  signal(signal) {
    this.child.kill(signal);
  }
  async kill() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
  /** Of one that is killed: as a pod that is put in the place of another. */
  empty() {
    rmSync(this.folder(), { recursive: true });
  }
  restart() {
    this.child = ours(this.start());
  }
}

/** Each server keeps what it knows of its log in a folder of its own, as on a machine of its own. */
function folderOf(directory, n) {
  const folder = join(directory, `server-${n}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function serverVictim(n, port, store, directory) {
  const start = () =>
    spawn(process.execPath, [resolve(process.env.CONCLAVE_DIST ?? 'dist', 'apps/server/src/main.js')], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      cwd: folderOf(directory, n),
      env: {
        PATH: process.env.PATH,
        ...FOLLOWS,
        CONCLAVE_PORT: String(port),
        CONCLAVE_STORE: store,
        CONCLAVE_STREAM_PREFIX: process.env.CHAOS_PREFIX ?? '',
        CONCLAVE_LOG_LEVEL: process.env.CHAOS_LOG ?? 'fatal',
        CONCLAVE_INSTANCE: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      },
    });
  return new Victim(`server ${n}`, start, () => folderOf(directory, n));
}

export function runnerVictim(n, urls, runners, directory) {
  let life = 0;
  return new Victim(`runners ${n}`, () => {
    const file = join(directory, `beliefs-${n}-${++life}.ndjson`);
    victimFiles.push(file);
    return fork('test/chaos/runner-process.mjs', [JSON.stringify({ urls, runners, file })], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
  });
}
export const victimFiles = [];
