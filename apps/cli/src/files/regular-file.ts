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
  if (file === '') throw new CliError(2, 'the name of the file is empty: is a variable not set?');
  if (file === '-')
    throw new CliError(
      2,
      'what is written is read again before it is kept: name a file, not "-" (or "./-").',
    );
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(2, `there is no folder "${folder}" for "${file}".`);
}

/** What a disk says that takes no more: neither which one it is, nor of which file. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** What is told of an error that came as a file was written: where, and what to do. Others are told as they are. */
export function notWritten(file: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall !== 'write' || !NO_ROOM.has(code ?? '')) return error;
  return new CliError(3, `"${file}" cannot be written (${message}). Mend that, and give the command again.`);
}
