import { statSync } from 'node:fs';
import { CliError } from '../remote/cli-error.js';

/** Throws CliError 2 if there is none under that name. */
export function regularFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new CliError(2, `there is no file "${file}".`);
  if (!found.isFile())
    throw new CliError(2, `"${file}" is no regular file, and it is read more than once: keep it as one.`);
}
