import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built command line, as a user runs it, with nothing of this process's environment but PATH. */
export class Cli {
  /** `cwd`: the folder that it runs in. */
  constructor(
    readonly environment: Record<string, string> = {},
    private readonly cwd?: string,
  ) {}

  started = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [resolve('dist/apps/cli/src/main.js'), ...args], {
      cwd: this.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...this.environment },
    });

  /** Not the synchronous kind: doubles of stores live in this process. */
  run = async (...args: string[]): Promise<CliResult> => {
    const child = this.started(...args);
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.on('data', (chunk: Buffer) => {
        out[name] += chunk.toString();
      });
    }
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...out };
  };
}
