import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATIENCE_MS = 15_000;

export interface News {
  event: string;
  term: number | null;
  /** When it happened there (by machineMs). */
  atMs: number;
}

/** A real runner process and what it said. */
export interface RunnerProcess {
  id: string;
  child: ChildProcess;
  news: News[];
}

/**
 * The demo's processes: a server on a free port and in-memory store, runners beside it. All die with `end()`.
 */
export class DemoWorld {
  url = '';
  private server: ChildProcess | null = null;
  readonly runners: RunnerProcess[] = [];

  async startServer(): Promise<void> {
    const { server, url } = await startedServer({
      CONCLAVE_PORT: '0',
      CONCLAVE_STORE: 'sqlite::memory:',
      CONCLAVE_LOG_LEVEL: 'error',
    });
    this.server = server;
    this.url = url;
  }

  startRunner(group: string, id: string): RunnerProcess {
    const child = fork(here('./demo-runner.js'), [this.url, group, id]);
    const runner: RunnerProcess = { id, child, news: [] };
    child.on('message', (message) => runner.news.push(message as News));
    this.runners.push(runner);
    return runner;
  }

  /** Waits for news that fits; fails loudly when it does not come. */
  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    for (const startMs = performance.now(); performance.now() - startMs < PATIENCE_MS;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.server?.exitCode !== null && this.server)
        throw new Error(`the server exited while waiting for: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`this did not happen within ${PATIENCE_MS / 1000} s: ${what}`);
  }

  async end(): Promise<void> {
    for (const { child } of this.runners) child.kill('SIGKILL');
    if (this.server && this.server.exitCode === null) {
      const gone = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      await gone;
    }
  }
}

async function startedServer(
  environment: Record<string, string>,
): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [here('../../../server/src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'], // it ends with this process, however that ends
    env: { ...process.env, ...environment, CONCLAVE_CHILD: '1' },
  });
  for await (const line of createInterface(server.stdout!)) {
    const url = /^conclave listening on (\S+)/.exec(line)?.[1];
    if (url) return { server, url };
  }
  throw new Error('the server did not start');
}
