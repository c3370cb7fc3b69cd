import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * With those that it is in. Step by step: `mkdirSync` with `recursive` tries for ever where a file system says that a folder that
 * exists does not (/proc, some mounts). Throws what the system says.
 */
export function makeFolder(path: string, mode?: number): void {
  const isThere = (): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isThere()) return;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    if (!isThere()) throw error; // else another process was first
  }
}
