import { describe } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const isHere = (program: string): boolean =>
  program === 'root'
    ? process.getuid?.() === 0
    : (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/**
 * Specs that need programs which are not everywhere (`root`: to be root); where one is missing they are skipped under a name
 * that says so, and what brings them.
 */
export function describeWith(
  programs: string[],
  whatBringsThem: string,
  name: string,
  specs: () => void,
): void {
  const missing = programs.filter((program) => !isHere(program));
  if (missing.length === 0) return describe(name, specs);
  describe.skip(`${name} (no ${missing.join(', ')}: ${whatBringsThem})`, specs);
}

const execute = promisify(execFile);

/** Runs to the end; a failure carries what was said on both outputs. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    return (await execute(program, args, { maxBuffer: 64 * 1024 * 1024, ...options })).stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message.split('\n')[0]}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** A port that nobody has now: for what must be told its port before it starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** The root file system of a small Debian, with this very Node in it. */
export async function buildRoot(folder: string, packages: string[]): Promise<void> {
  const include = `--include=${packages.join(',')}`;
  await run('mmdebstrap', ['--quiet', '--variant=essential', include, 'bookworm', folder]);
  await run('cp', [process.execPath, join(folder, 'usr/local/bin/node')]);
}
