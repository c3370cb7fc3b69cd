import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { makeFolder } from '@conclave/launch';
import { StoreUnusable } from '@conclave/event-store';

/** Files beside it have longer names, of 255 bytes at the most; SQLite takes paths of 512 with what it adds. */
const LONGEST_NAME = 200;
const LONGEST_PATH = 480;

/** Where the file of a database can be. Throws {@link StoreUnusable}, also for what only looks like the path of one. */
export function makePlace(path: string): void {
  const why = whyNone(path);
  if (why !== null) throw new StoreUnusable(`"${path}" ${why}.`);
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new StoreUnusable(
      `the directory "${dirname(path)}" cannot be made (${(error as Error).message}). Make it, or point CONCLAVE_STORE elsewhere.`,
    );
  }
}

/** What a link leads to, if that is there: SQLite keeps what belongs to a database beside that. */
export const fileOf = (path: string): string =>
  existsSync(path) && lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;

function whyNone(path: string): string | null {
  if (path.startsWith('file:')) return 'would be an address for SQLite: name the file by its path';
  if (path.startsWith('~/')) return 'begins with "~", which only a shell replaces: name the whole path';
  if (path.endsWith('/') || isFolder(path))
    return 'is a folder: name a file in it, like sqlite:./data/conclave.db';
  if (Buffer.byteLength(basename(path)) > LONGEST_NAME || Buffer.byteLength(resolve(path)) > LONGEST_PATH)
    return `is too long: a name may have ${LONGEST_NAME} bytes, with all folders ${LONGEST_PATH}`;
  return null;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false; // whatever is wrong is said when it is opened
  }
}
