import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../remote/cli-error.js';

/** Throws CliError 2 if there is none under that name. */
export function regularFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new CliError(2, `there is no file "${file}".`);
  if (!found.isFile())
    throw new CliError(2, `"${file}" is no regular file, and it is read more than once: keep it as one.`);
}

/** Throws CliError 2 if no command can make a file under that name. */
export function newFile(file: string): void {
  if (file === '-')
    throw new CliError(
      2,
      'what is written is read again before it is kept: name a file, not "-" (or "./-").',
    );
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(2, `there is no folder "${folder}" for "${file}".`);
}
