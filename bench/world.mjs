// Real server and runner processes for the benchmarks, from the built code.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FOLLOWS, ours } from '../scripts/ours.mjs';

export const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** CPU time that a process has used so far, seconds (user + system, all threads). */
export function cpuSecondsOf({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export class Server {
  /** `directory`: of one that ran before, to go on where it was. */
  static async start(environment = {}, directory = mkdtempSync(join(tmpdir(), 'conclave-bench-'))) {
    const server = new Server();
    server.directory = directory;
    const child = spawn(process.execPath, [resolve('dist/apps/server/src/main.js')], {
      cwd: server.directory,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        ...process.env,
        CONCLAVE_PORT: '0',
        CONCLAVE_LOG_LEVEL: 'error',
        CONCLAVE_STORE: `sqlite:${join(server.directory, 'c.db')}`,
        ...environment,
        ...FOLLOWS,
      },
    });
    server.child = ours(child);
    for await (const line of createInterface(server.child.stdout)) {
      server.url = /listening on (\S+)/.exec(line)?.[1];
      if (server.url) break;
    }
    server.child.stdout.resume();
    server.port = Number(new URL(server.url).port);
    return server;
  }
  async call(method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return response.json();
  }
  /** Resident memory, MiB. */
  rss() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]) / 1024;
  }
  cpuSeconds() {
    return cpuSecondsOf(this.child);
  }
  /** Of that its event loop. */
  mainSeconds() {
    const { pid } = this.child;
    return cpuSecondsOf({ pid: `${pid}/task/${pid}` });
  }
  async exit(signal) {
    this.child.kill(signal);
    await once(this.child, 'exit');
  }
  async stop() {
    await this.exit('SIGKILL');
    rmSync(this.directory, { recursive: true });
  }
}

export class RunnerProcess {
  constructor(url, group, id, program = 'dist/apps/cli/src/demo/demo-runner.js') {
    this.id = id;
    this.news = [];
    this.child = ours(fork(program, [url, group, id], { execArgv: [] }));
    this.child.on('message', (m) => this.news.push(m));
  }
  async says(event, afterTerm = 0) {
    for (;;) {
      const found = this.news.find((n) => n.event === event && (n.term ?? Infinity) > afterTerm);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  async kill(signal = 'SIGKILL') {
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}
