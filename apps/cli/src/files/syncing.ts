import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A file, or the names in a folder, are on the disk when it returns. */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
