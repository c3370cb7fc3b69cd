import { chmodSync, statSync, type Stats } from 'node:fs';

/** Only its user may read it. */
export const OWN_ONLY = 0o600;
const OTHERS = 0o077;
const BEYOND_GROUP_READS = 0o027;

/** Of somebody else's file, as a secret in a pod or root's in /etc, this process can read only what its group may. */
const isLent = ({ uid, gid }: Stats): boolean =>
  uid !== process.geteuid?.() && process.getgroups?.().includes(gid) === true;

/**
 * Takes rights away that others have on a file that is kept here, and says so: whoever read it before has read it.
 * One that somebody else owns, as a mounted secret, stays as it is, and that is said if anybody but a group of this process can
 * read it, or that can write it. No such file: nothing.
 */
export function keepToItself(path: string, warn: (message: string) => void): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return; // to read it says what is wrong
  const { mode } = found;
  if (process.platform === 'win32' || (mode & (isLent(found) ? BEYOND_GROUP_READS : OTHERS)) === 0) return;
  const was = `file "${path}" could be read by others (${(mode & 0o777).toString(8)})`;
  try {
    chmodSync(path, OWN_ONLY);
    warn(`${was}: it is 600 now. Was it copied?`);
  } catch (error) {
    warn(`${was}, and still can: ${(error as Error).message}. Take these rights away where it comes from.`);
  }
}
