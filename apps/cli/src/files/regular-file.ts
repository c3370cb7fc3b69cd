import { existsSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '@conclave/launch';
import { CliError } from '../remote/cli-error.js';
import { warn } from '../remote/telling.js';

/** Throws CliError 2 if there is none under that name. */
export function regularFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new CliError(2, `there is no file "${file}".`);
  if (!found.isFile())
    throw new CliError(2, `"${file}" is no regular file, and it is read more than once: keep it as one.`);
}

/** Throws CliError 2 if there is no folder for what `option` names. */
export function checkFolderOf(option: string, path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new CliError(2, `${option}: there is no folder "${folder}".`);
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

/**
 * What `--out` names: a folder to keep files in, made if it is not there, and gone again if nothing came into it. Rejects with
 * CliError before any work: 2 if the name is of none, 3 if it cannot be made.
 */
export async function inFolder<T>(name: string, work: () => Promise<T>): Promise<T> {
  const made = missing(name);
  makeIt(name);
  try {
    return await work();
  } finally {
    removeEmpty(made);
    // the name may be mistyped, or a disk not mounted
    if (made.length > 0 && existsSync(name)) warn(`the folder "${name}" was not there, and was made.`);
  }
}

/** The folder and those above it that are not there yet, the deepest first. */
function missing(name: string): string[] {
  const folders: string[] = [];
  for (let at = resolve(name); !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) folders.push(at);
  return folders;
}

function removeEmpty(folders: readonly string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // something is in it, or it is gone: what came of the work matters
  }
}

function makeIt(name: string): void {
  if (name === '') throw new CliError(2, '--out is empty: is a variable not set?');
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new CliError(2, `"${name}" is no folder; --out names the one that files are kept in.`);
  try {
    makeFolder(name);
  } catch (error) {
    throw new CliError(3, `the folder "${name}" cannot be made (${(error as Error).message}).`);
  }
}

/** What a disk says that takes no more: neither which one it is, nor of which file. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

/** What is told of an error that came as a file was written: where, and what to do. Others are told as they are. */
export function notWritten(file: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall !== 'write' || !NO_ROOM.has(code ?? '')) return error;
  return new CliError(3, `"${file}" cannot be written (${message}). Mend that, and give the command again.`);
}
