import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomUuid } from '@conclave/kernel';

/**
 * Text of a file; null if there is none. Throws what `unreadable` makes of the reason if there is one that
 * cannot be read.
 */
export function keptText(path: string, unreadable: (why: string) => Error): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw unreadable(message);
  }
}

/**
 * Atomically: whoever reads finds the old file or the new one, whole. `isDurable`: a power failure does not
 * leave an empty one.
 */
export function replaceFile(path: string, content: string | Uint8Array, isDurable = false): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomUuid()}.new`; // not the pid: two containers may share the folder
  const file = openSync(draft, 'wx');
  try {
    writeFileSync(file, content); // all of it, or it throws
    if (isDurable) fsyncSync(file);
    renameSync(draft, path);
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
}
