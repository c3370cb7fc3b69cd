import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CliError } from '../remote/cli-error.js';

export const NO_PROGRAM = 'there is no such program';
/** Of what is said in place of `ready`. */
const WHY_NOT: Readonly<Record<string, string>> = {
  ended: 'it ended at once',
  closed: 'it is no file that may be executed',
};

/** For `sh`: says on descriptor 3 whether its first argument is a program. */
export const LOOKING =
  'command -v -- "$1" >/dev/null 2>&1 || { echo missing >&3; exit 1; }; ' +
  'case "$1" in */*) [ -f "$1" ] && [ -x "$1" ] || { echo closed >&3; exit 1; };; esac; echo ready >&3; ';

export const whyNot = (program: string, word: string): string =>
  `"${program}" cannot be run (${WHY_NOT[word] ?? NO_PROGRAM})`;

/**
 * Nobody leads, or stops leading, for a program that is not there. Throws {@link CliError} (1). Where that is not known it is seen
 * when it is started.
 */
export function checkProgram(program: string): void {
  const { PATH } = process.env;
  if (process.platform === 'win32' || PATH === undefined) return;
  const isNamed = program.includes('/');
  const places = isNamed ? [program] : PATH.split(delimiter).map((folder) => join(folder, program));
  if (places.some(isProgram)) return;
  const word = isNamed && existsSync(program) ? 'closed' : 'missing';
  throw new CliError(1, `${whyNot(program, word)}; nothing was begun.`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
