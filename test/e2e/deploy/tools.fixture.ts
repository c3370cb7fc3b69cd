import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describeIf } from '@conclave/processes';

/** What takes minutes is run when somebody asks for it. */
export const ASKED = 'npm run test:deploy';

const isHere = (program: string): boolean =>
  program === 'root'
    ? process.getuid?.() === 0
    : program === ASKED
      ? process.env.CONCLAVE_TEST_DEPLOY === '1'
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
  describeIf(missing.length === 0, `no ${missing.join(', ')}: ${whatBringsThem}`)(name, specs);
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

/**
 * The same, where what it mounts is seen by nobody else and gone with it: mounts that a killed program leaves behind in a
 * folder would be emptied when that is removed.
 */
export const runApart = (program: string, args: string[], options: { env?: NodeJS.ProcessEnv } = {}) =>
  run('unshare', ['--mount', '--propagation', 'private', program, ...args], options);

/** Removes a folder in which programs have mounted things; throws, and removes nothing, if something is mounted there still. */
export async function removeRoot(folder: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const inside = mounts.filter((line) => line.split(' ')[4]?.startsWith(folder));
  if (inside.length > 0)
    throw new Error(`still mounted in ${folder}, which is left as it is:\n${inside.join('\n')}`);
  await run('rm', ['-rf', '--one-file-system', folder]);
}

/** The root file system of a small Debian, with this very Node in it. */
export async function buildRoot(folder: string, packages: string[]): Promise<void> {
  const include = `--include=${['libstdc++6', ...packages].join(',')}`; // of which Node is made
  await runApart('mmdebstrap', ['--quiet', '--variant=essential', include, 'bookworm', folder]);
  await run('cp', [process.execPath, join(folder, 'usr/local/bin/node')]);
}
