import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dropFolder } from './drop-folder.js';
import { ownPort } from './free-ports.js';
import { hasEnded, kill } from './kill.js';

/** A slow, noisy machine starts a process in seconds, and lets one stand still as long. */
const PATIENCE_MS = 45_000;

/** Of what a runner tells as problems: not that a slow machine kept an answer, or the disk a beat, waiting. */
export const refusalsAmong = (problems: readonly string[]): string[] =>
  problems.filter((problem) => !/^no answer within|^the beat was not recorded in time/.test(problem));

/** Waits until `look` gives something; the only way tests wait. Fails with `what` when it never does. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const startMs = performance.now();
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs = performance.now() - startMs) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    const pauseMs = Math.min(50, 5 + waitedMs / 20); // to look costs the processes that it waits for
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  throw new Error(`this did not happen within ${patienceMs} ms: ${what}`);
}

const SERVER = resolve('dist/apps/server/src/main.js');
const RUNNER = resolve('dist/apps/cli/src/demo/demo-runner.js');

/** How a server that does not start ended. */
export interface Exit {
  code: number | null;
  stderr: string;
  stdout: string;
}

/** A real server process, from the built code. */
export class ServerProcess {
  url = '';
  readyLine = '';
  stderr = '';
  private constructor(readonly child: ChildProcess) {
    child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  get hasEnded(): boolean {
    return hasEnded(this.child);
  }

  /**
   * `folder`: where it keeps what belongs to its store; its own by default, since ports and so stores' names
   * come again.
   */
  static spawned(environment: Record<string, string>, folder?: string): ServerProcess {
    const cwd = folder ?? mkdtempSync(join(tmpdir(), 'conclave-server-'));
    const child = spawn(process.execPath, [SERVER], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        CONCLAVE_PORT: '0',
        CONCLAVE_STORE: 'sqlite::memory:',
        CONCLAVE_LOG_LEVEL: 'warn',
        ...environment,
      },
    });
    if (!folder) child.once('exit', () => dropFolder(cwd));
    return new ServerProcess(child);
  }

  static async start(environment: Record<string, string> = {}, folder?: string): Promise<ServerProcess> {
    const server = ServerProcess.spawned({ CONCLAVE_PORT: await ownPort(), ...environment }, folder);
    for await (const line of createInterface(server.child.stdout!)) {
      const match = /^conclave listening on (https?:\S+) \(store: .+\)$/.exec(line);
      if (!match) continue;
      server.readyLine = line;
      server.url = match[1]!;
      server.child.stdout!.resume();
      return server;
    }
    throw new Error(`the server did not start: ${server.stderr}`);
  }

  /** Runs one that is expected to refuse. */
  static async refused(environment: Record<string, string>): Promise<Exit> {
    const server = ServerProcess.spawned(environment);
    let stdout = '';
    server.child.stdout!.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const [code] = (await once(server.child, 'close')) as [number | null];
    return { code, stderr: server.stderr, stdout };
  }

  get port(): string {
    return new URL(this.url).port;
  }

  kill = async (signal?: NodeJS.Signals): Promise<number | null> => kill(this.child, signal);
}

/** A real runner process with the SDK, and what it said with the time on this machine's monotonic clock. */
export class RunnerProcess {
  readonly news: { event: string; term: number | null; atMs: number }[] = [];
  readonly child: ChildProcess;

  constructor(
    url: string,
    group: string,
    readonly id: string,
  ) {
    this.child = fork(RUNNER, [url, group, id], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.child.on('message', (message) =>
      this.news.push({ ...(message as { event: string; term: number | null }), atMs: performance.now() }),
    );
  }

  async says(event: string, afterTerm = 0): Promise<{ event: string; term: number | null; atMs: number }> {
    return until(`${this.id} says "${event}"`, () =>
      this.news.find((n) => n.event === event && (n.term ?? Infinity) > afterTerm),
    );
  }

  kill = async (signal?: NodeJS.Signals): Promise<number | null> => kill(this.child, signal);
}
