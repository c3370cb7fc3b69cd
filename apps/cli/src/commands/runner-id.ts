import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@conclave/launch';

/** What is left of 63 characters for the name of the machine. */
const HOST_MOST = 50;
const FOLDER_DIGITS = 6;
const USER = process.getuid?.() ?? -1;
/** The same for all processes of a machine, wherever TMPDIR leads; that only where nothing can be written there. */
const SHARED = process.platform === 'win32' ? tmpdir() : '/tmp';

/** As much of it as may stand in an id. */
export const idOf = (text: string, most = 63): string => text.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, most);

/**
 * An id of this machine, user and folder, the same after a restart; with a number behind it while another process of
 * this user has it. Held until this process ends.
 */
export function claimId(group: string): string {
  const host = idOf(hostname(), HOST_MOST);
  const folder = createHash('sha256')
    .update(`${USER} ${process.cwd()}`)
    .digest('hex')
    .slice(0, FOLDER_DIGITS);
  const claims = claimsOf(group);
  for (let n = 1; ; n++) {
    const id = `${host}-${folder}${n === 1 ? '' : `-${n}`}`;
    if (!isMine(join(claims, `${id}.pid`))) continue;
    process.once('exit', () => rmSync(join(claims, `${id}.pid`), { force: true }));
    return id;
  }
}

/** The folder where each id that is taken has a file; made if there is none. */
export function claimsOf(group: string): string {
  const madeIn = (root: string): string => {
    const folder = join(root, `conclave-${USER}`, encodeURIComponent(group));
    makeFolder(folder, 0o700);
    return folder;
  };
  try {
    return madeIn(SHARED);
  } catch {
    return madeIn(tmpdir());
  }
}

/** A process that was killed leaves its file behind: it is looked whether it still runs. */
function isMine(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    if (isPut(draft, path)) return true;
    const text = readFileSync(path, 'utf8');
    const holder = Number(text);
    // in a container each life has the same pid; a file that a full disk left empty names nobody
    if (holder > 0 && holder !== process.pid && isRunning(holder)) return false;
    return isTakenAway(path, text) && isPut(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // another one is just taking it
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whole, and only if there is none. */
function isPut(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of two that do it one finds the file of the other in its place, and puts that back. */
function isTakenAway(path: string, text: string): boolean {
  const aside = `${path}.${process.pid}.old`;
  renameSync(path, aside);
  const isIt = readFileSync(aside, 'utf8') === text;
  if (!isIt) isPut(aside, path);
  rmSync(aside, { force: true });
  return isIt;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
